package org.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.examples.Example;
import org.weft.core.storage.HadoopStore;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;

/**
 * Prints what a model makes of sequences of token ids, for programs that compute the same: {@code bench/peers}.
 *
 * <p>Usage: {@code ModelOutputs MODEL FILE}; a line of FILE is a sequence's ids. The same line of the output has the task's
 * head's numbers, K of a sequence or T K of its tokens; of a model that predicts tokens T V logits.
 */
public final class ModelOutputs {
    private ModelOutputs() {}

    public static void main(String[] args) throws IOException {
        StoredModel model = new ModelLocator(HadoopStore.local(), System.err::println).at(args[0]);
        try (ModelReplica replica = model.replica(ReplicaOptions.cpu(1))) {
            for (String line : Files.readAllLines(Path.of(args[1]))) {
                int[] tokens =
                        Stream.of(line.split(" ")).mapToInt(Integer::parseInt).toArray(); // (T)
                System.out.println(Stream.of(outputs(model, replica, tokens))
                        .flatMap(row -> IntStream.range(0, row.length).mapToObj(k -> row[k]))
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")));
            }
        }
    }

    private static float[][] outputs(StoredModel model, ModelReplica replica, int[] tokens) {
        if (model.config().finetune().generative()) {
            return replica.logits(tokens, IntStream.range(0, tokens.length).toArray()); // (T, V)
        }
        Example example = new Example(tokens, tokens.length, null, new float[] {0}, 1);
        return replica.outputs(
                PaddedBatch.of(List.of(example), model.config().model().tellsSegments()));
    }
}
