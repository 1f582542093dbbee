package org.weft.bench;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.weft.core.batches.TokenShardBatches;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;

/**
 * Writes the batches of a run's first steps for another program to train on: int32 little-endian (steps, global batch,
 * context + 1), in the order of the lanes.
 *
 * <p>Arguments: configuration file, steps, output file, then {@code section.key=value} overrides.
 */
public final class BatchDump {
    private BatchDump() {}

    public static void main(String[] args) throws IOException {
        List<String> overrides = Arrays.asList(args).subList(3, args.length);
        WeftConfig config = ConfigLoader.load(args[0], Files.readString(Path.of(args[0])), overrides);
        dump(config, Integer.parseInt(args[1]), Path.of(args[2]));
    }

    static void dump(WeftConfig config, int steps, Path output) throws IOException {
        TrainingConfig training = config.training();
        try (TokenShardBatches batches = TokenShardBatches.open(HadoopStore.local(), config);
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(output)))) {
            for (int step = 0; step < steps; step++) {
                for (int lane = 0; lane < training.lanes(); lane++) {
                    for (int m = 0; m < config.training().microBatchesPerLane(); m++) {
                        write(batches.training(step, lane, m).tokens(), out);
                    }
                }
            }
        }
    }

    private static void write(int[] tokens, DataOutputStream out) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(tokens);
        out.write(bytes.array());
    }
}
