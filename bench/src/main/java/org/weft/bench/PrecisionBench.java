package org.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.NativeRuntime;
import org.weft.engine.torch.TorchReplica;

/**
 * One replica of one thread in different ways of computing: float32 or bfloat16 products, activations kept or recomputed.
 *
 * <p>{@code PrecisionBench SHAPE time ROUNDS WAY WAY…} alternates between ways in one process and prints the medians of
 * their rates and their ratio to the first; {@code PrecisionBench SHAPE memory WAY} runs three steps in a process of its
 * own and prints its peak resident memory. SHAPE is width,layers,context,batch,vocabulary; a way is fp32 or bf16, with
 * {@code +recompute} or not.
 */
public final class PrecisionBench {
    private static final int HEAD_WIDTH = 64;
    private static final int STEPS = 3;

    private PrecisionBench() {}

    public static void main(String[] args) throws IOException {
        int[] shape =
                Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray();
        int heads = Math.max(1, shape[0] / HEAD_WIDTH);
        ModelShape model = new ModelShape(ModelConfig.gpt2(shape[1], shape[0], heads, shape[2], 0), shape[4]);
        Random random = new Random(1);
        int[] tokens =
                random.ints((long) shape[3] * (shape[2] + 1), 0, shape[4]).toArray();
        Batch batch = Batch.causal(shape[3], shape[2], tokens);
        NativeRuntime.load();
        if (args[1].equals("memory")) {
            memory(model, batch, args[2]);
        } else {
            time(model, batch, Integer.parseInt(args[2]), Arrays.copyOfRange(args, 3, args.length));
        }
    }

    private static void memory(ModelShape model, Batch batch, String way) throws IOException {
        long before = statusMegabytes("VmRSS:");
        CRC32C gradient = new CRC32C();
        try (TorchReplica replica = open(model, way)) {
            rate(replica, batch);
            gradient.update(replica.gradients(0, (int) model.layout().size()));
        }
        System.out.printf(
                Locale.ROOT,
                "%s peak_mb %d before_mb %d gradient %08x%n",
                way,
                statusMegabytes("VmHWM:"),
                before,
                gradient.getValue());
    }

    private static void time(ModelShape model, Batch batch, int rounds, String[] ways) {
        TorchReplica[] replicas = new TorchReplica[ways.length];
        double[][] rates = new double[ways.length][rounds];
        for (int way = 0; way < ways.length; way++) {
            replicas[way] = open(model, ways[way]);
            rate(replicas[way], batch);
        }
        for (int round = 0; round < rounds; round++) {
            for (int way = 0; way < ways.length; way++) {
                rates[way][round] = rate(replicas[way], batch);
            }
        }
        double first = median(rates[0]);
        for (int way = 0; way < ways.length; way++) {
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                ratios[round] = rates[way][round] / rates[0][round];
            }
            double rate = median(rates[way]);
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %6.0f tokens/s, %.3f of %s (median of the rounds' ratios %.3f)%n",
                    ways[way],
                    rate,
                    rate / first,
                    ways[0],
                    median(ratios));
            replicas[way].close();
        }
    }

    private static TorchReplica open(ModelShape model, String way) {
        ReplicaOptions options = new ReplicaOptions("cpu", 1, way.startsWith("bf16"), way.endsWith("+recompute"));
        TorchReplica replica = TorchReplica.open(model, options);
        int size = (int) model.layout().size();
        Initialization.fill(model.layout(), 1, 0, replica.parameters(0, size).asFloatBuffer());
        replica.parametersWritten(0, size);
        return replica;
    }

    /** Parameters count as changed before each step, as in training. */
    private static double rate(TorchReplica replica, Batch batch) {
        long start = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
            replica.parametersWritten(0, replica.layout().size());
            replica.zeroGradients();
            replica.accumulateGradient(
                    batch, batch.targetCount(), new MicroBatchKey(1, step, 0, 0), GradientListener.NONE);
        }
        return batch.targetCount() * STEPS / ((System.nanoTime() - start) * 1e-9);
    }

    private static long statusMegabytes(String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line =
                    lines.filter(each -> each.startsWith(field)).findFirst().orElse("0");
            return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
