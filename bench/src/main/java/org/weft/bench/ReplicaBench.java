package org.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.NativeRuntime;
import org.weft.engine.torch.TorchReplica;

/**
 * One replica without servers against a bare libtorch loop of the same model ({@link BareGpt}): gradient from zero,
 * forward and backward, a listener that is told every range; no optimizer on either side. One thread, alternating,
 * medians of rounds.
 *
 * <p>Arguments: width layers context batch vocabulary, by default those of {@code ddp_gpt.py 384 6 256 8 8192}; then
 * rounds and steps of a round.
 */
public final class ReplicaBench {
    private static final int[] DEFAULTS = {384, 6, 256, 8, 8192, 5, 4};
    private static final int HEAD_WIDTH = 64;

    private ReplicaBench() {}

    public static void main(String[] args) {
        int[] a = DEFAULTS.clone();
        for (int i = 0; i < args.length; i++) {
            a[i] = Integer.parseInt(args[i]);
        }
        int heads = Math.max(1, a[0] / HEAD_WIDTH);
        ModelShape shape = new ModelShape(ModelConfig.gpt2(a[1], a[0], heads, a[2], 0), a[4]);
        Batch batch = randomBatch(a[3], a[2], a[4]);
        NativeRuntime.load();
        int rounds = a[5];
        int steps = a[6];
        double[] weft = new double[rounds];
        double[] bare = new double[rounds];
        try (TorchReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1));
                BareGpt peer = new BareGpt(shape)) {
            initialize(replica);
            replicaRate(replica, batch, 2);
            bareRate(peer, batch, 2);
            for (int round = 0; round < rounds; round++) {
                bare[round] = bareRate(peer, batch, steps);
                weft[round] = replicaRate(replica, batch, steps);
                System.err.printf(
                        Locale.ROOT,
                        "round %d: weft %.0f bare %.0f tokens/s, resident %d MiB%n",
                        round,
                        weft[round],
                        bare[round],
                        residentMib());
            }
            double peak = replica.measurePeakFlops();
            double rate = median(weft);
            System.out.printf(
                    Locale.ROOT,
                    "{\"bench\":\"replica\",\"parameters\":%d,\"weft_tokens_per_second\":%.0f,"
                            + "\"bare_tokens_per_second\":%.0f,\"ratio\":%.3f,\"peak_gflops\":%.0f,\"mfu\":%.3f}%n",
                    shape.layout().size(),
                    rate,
                    median(bare),
                    rate / median(bare),
                    peak / 1e9,
                    rate * shape.flopsPerToken() / peak);
        }
    }

    private static double replicaRate(TorchReplica replica, Batch batch, int steps) {
        long start = System.nanoTime();
        for (int step = 0; step < steps; step++) {
            replica.zeroGradients();
            replica.accumulateGradient(
                    batch, batch.targetCount(), new MicroBatchKey(1, step, 0, 0), (offset, length) -> {});
        }
        return rate(batch, steps, start);
    }

    private static double bareRate(BareGpt peer, Batch batch, int steps) {
        long start = System.nanoTime();
        for (int step = 0; step < steps; step++) {
            peer.step(batch);
        }
        return rate(batch, steps, start);
    }

    private static double rate(Batch batch, int steps, long start) {
        return batch.targetCount() * steps / ((System.nanoTime() - start) * 1e-9);
    }

    private static long residentMib() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line =
                    lines.filter(each -> each.startsWith("VmRSS:")).findFirst().orElse("VmRSS: 0 kB");
            return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        } catch (IOException e) {
            return 0;
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void initialize(TorchReplica replica) {
        ParameterLayout layout = replica.layout();
        for (int index = 0; index < layout.bucketCount(); index++) {
            Bucket bucket = layout.bucket(index);
            Initialization.fill(
                    layout,
                    1,
                    bucket.offset(),
                    replica.parameters(bucket.offset(), bucket.length()).asFloatBuffer());
        }
        replica.parametersWritten(0, layout.size());
    }

    private static Batch randomBatch(int sequences, int context, int vocabSize) {
        Random random = new Random(1);
        int[] tokens =
                random.ints((long) sequences * (context + 1), 0, vocabSize).toArray();
        return Batch.causal(sequences, context, tokens);
    }
}
