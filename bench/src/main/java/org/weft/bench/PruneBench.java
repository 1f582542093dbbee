package org.weft.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.weft.core.batches.Batch;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.NativeRuntime;
import org.weft.hub.HuggingFaceModel;

/**
 * A model beside what {@code weft prune} left of it: the largest difference of its logits to those of the masked model, and how many
 * times as fast its forward pass is, alternating, beside what arithmetic says. One thread.
 *
 * <p>Arguments: the whole model's directory, the smaller one's, the masked one's, rounds (9).
 */
public final class PruneBench {
    private static final double BOUND = 1e-5;

    private PruneBench() {}

    public static void main(String[] args) throws IOException {
        NativeRuntime.load();
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 9;
        ModelShape whole = shape(args[0]);
        ModelShape smaller = shape(args[1]);
        int[] tokens = new Random(7)
                .ints(whole.config().context() + 1, 0, whole.vocabSize())
                .toArray();
        boolean same =
                compare(args[1], args[2], Arrays.copyOf(tokens, whole.config().context()));
        try (ModelReplica before = open(args[0]);
                ModelReplica after = open(args[1])) {
            Batch batch = Batch.causal(1, whole.config().context(), tokens);
            double[] ratios = new double[rounds];
            double[] seconds = new double[rounds];
            time(before, batch);
            time(after, batch);
            for (int round = 0; round < rounds; round++) {
                seconds[round] = time(before, batch);
                ratios[round] = seconds[round] / time(after, batch);
            }
            System.out.printf(
                    Locale.ROOT,
                    "forward over %d tokens: %.1f ms, smaller %.2f times as fast; by arithmetic %.2f times (%.1f %% of the"
                            + " operations, %.1f %% of the parameters)%n",
                    whole.config().context(),
                    1e3 * Rounds.median(seconds),
                    Rounds.median(ratios),
                    whole.flopsPerToken() / smaller.flopsPerToken(),
                    100 * smaller.flopsPerToken() / whole.flopsPerToken(),
                    100.0 * smaller.layout().size() / whole.layout().size());
        }
        if (!same) {
            System.exit(1);
        }
    }

    private static boolean compare(String smaller, String masked, int[] tokens) throws IOException {
        int[] positions = {0, tokens.length / 2, tokens.length - 1};
        try (ModelReplica small = open(smaller);
                ModelReplica zeros = open(masked)) {
            float[][] left = small.logits(tokens, positions);
            float[][] right = zeros.logits(tokens, positions);
            double difference = 0;
            double largest = 0;
            for (int row = 0; row < left.length; row++) {
                for (int i = 0; i < left[row].length; i++) {
                    difference = Math.max(difference, Math.abs(left[row][i] - right[row][i]));
                    largest = Math.max(largest, Math.abs(right[row][i]));
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "logits of the smaller and the masked model: at most %.2g apart, the largest is %.2f%n",
                    difference,
                    largest);
            return difference <= BOUND * Math.max(1, largest);
        }
    }

    private static double time(ModelReplica replica, Batch batch) {
        long start = System.nanoTime();
        replica.loss(batch);
        return (System.nanoTime() - start) * 1e-9;
    }

    private static ModelShape shape(String directory) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store(), directory)) {
            WeftConfig config = model.configIn(directory);
            return new ModelShape(config.model(), model.vocabSize());
        }
    }

    private static ModelReplica open(String directory) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store(), directory)) {
            return model.replica(ReplicaOptions.cpu(1));
        }
    }

    private static Store store() {
        return HadoopStore.local();
    }
}
