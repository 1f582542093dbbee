package org.weft.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.quantize.QuantizedParameters;
import org.weft.engine.Decoder;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.NativeRuntime;
import org.weft.engine.torch.TorchReplica;

/**
 * Tokens a second of a Llama whose weights exceed every cache, at random numbers, with each way to keep them: 1, 8 and 32 texts side by side,
 * after a prompt of 32 tokens each; then the time of a prompt of 256. One thread, in its own processor time,
 * so that what else runs on the machine counts little. The ways are open one after the other, and the best round
 * of each is taken.
 *
 * <p>Arguments: blocks (24, of width 1024: 13M parameters each), rounds (3), tokens a round (16), and the ways (all).
 */
public final class QuantizeBench {
    private static final int VOCABULARY = 8192;
    private static final int CONTEXT = 512;
    private static final int PROMPT = 32;
    private static final int LONG_PROMPT = 256;
    private static final int WINDOW = 1 << 24;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final List<String> WAYS = List.of("fp32", "bf16", "int8", "int4", "int8+activations");

    private QuantizeBench() {}

    public static void main(String[] args) {
        int blocks = args.length > 0 ? Integer.parseInt(args[0]) : 24;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        int tokens = args.length > 2 ? Integer.parseInt(args[2]) : 16;
        List<String> ways = args.length > 3 ? List.of(args).subList(3, args.length) : WAYS;
        NativeRuntime.load();
        ModelShape shape = shape(blocks);
        System.out.printf(
                Locale.ROOT, "%.0fM parameters, tokens/s%n", shape.layout().size() * 1e-6);
        System.out.printf("%-18s%10s%10s%10s%22s%n", "", "1 text", "8 texts", "32 texts", "256 tokens of prompt, s");
        Map<String, double[]> figures = new LinkedHashMap<>();
        for (String way : ways) {
            figures.put(way, measured(shape, way, rounds, tokens));
            double[] found = figures.get(way);
            System.out.printf(
                    Locale.ROOT, "%-18s%10.1f%10.1f%10.1f%22.3f%n", way, found[0], found[1], found[2], found[3]);
        }
        double[] plain = figures.get("fp32");
        if (plain != null) {
            figures.forEach((way, found) -> System.out.printf(
                    Locale.ROOT,
                    "%-18s%9.2fx%9.2fx%9.2fx%n",
                    way,
                    found[0] / plain[0],
                    found[1] / plain[1],
                    found[2] / plain[2]));
        }
    }

    private static ModelShape shape(int blocks) {
        String yaml = "run: {dir: /bench}\nmodel: {architecture: llama, layers: " + blocks
                + ", width: 1024, heads: 16, kv_heads: 16, mlp_width: 2816, context: " + CONTEXT
                + ", tie_word_embeddings: true}";
        return new ModelShape(ConfigLoader.load("bench", yaml, List.of()).model(), VOCABULARY);
    }

    private static double[] measured(ModelShape shape, String way, int rounds, int tokens) {
        List<Parameter> matrices = QuantizedParameters.candidates(shape, shape.layout());
        QuantizationType type = way.startsWith("int4") ? QuantizationType.INT4 : QuantizationType.INT8;
        int groupSize = type == QuantizationType.INT4 ? 128 : 0;
        QuantizedParameters kept = way.startsWith("int")
                ? new QuantizedParameters(
                        type, groupSize, way.endsWith("activations"), QuantizedParameters.namesOf(matrices))
                : QuantizedParameters.NONE;
        ReplicaOptions options = new ReplicaOptions("cpu", 1, way.equals("bf16"), false).keeping(kept);
        try (TorchReplica replica = TorchReplica.open(shape, options)) {
            fill(replica);
            if (!kept.none()) {
                QuantizationGrid grid = new QuantizationGrid(type, groupSize, FloatFormat.BF16);
                for (Parameter matrix : matrices) {
                    replica.quantized(matrix.name(), random(grid, matrix));
                }
            }
            List<Double> found = new ArrayList<>();
            for (int texts : new int[] {1, 8, 32}) {
                found.add(speed(replica, texts, rounds, tokens));
            }
            found.add(prompt(replica, rounds));
            return found.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    private static void fill(TorchReplica replica) {
        long size = replica.layout().size();
        for (long at = 0; at < size; at += WINDOW) {
            int count = (int) Math.min(WINDOW, size - at);
            Initialization.fill(
                    replica.layout(), 1, at, replica.parameters(at, count).asFloatBuffer());
        }
        replica.parametersWritten(0, size);
    }

    private static QuantizedMatrix random(QuantizationGrid grid, Parameter matrix) {
        Random random = new Random(matrix.offset());
        float[] weights = new float[(int) matrix.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextFloat() * 0.08f - 0.04f;
        }
        return QuantizedMatrix.nearest(
                grid, weights, matrix.shape().get(0), matrix.shape().get(1));
    }

    private static double speed(TorchReplica replica, int texts, int rounds, int tokens) {
        int[] rows = new int[texts];
        Arrays.setAll(rows, row -> row);
        double best = 0;
        try (Decoder decoder = replica.decoder(texts)) {
            for (int row : rows) {
                decoder.begin(row, new Random(row).ints(PROMPT, 0, VOCABULARY).toArray());
            }
            for (int round = 0; round < rounds; round++) {
                long start = CLOCK.getCurrentThreadCpuTime();
                for (int token = 0; token < tokens; token++) {
                    decoder.append(
                            rows, new Random(token).ints(texts, 0, VOCABULARY).toArray());
                }
                best = Math.max(best, (double) texts * tokens / ((CLOCK.getCurrentThreadCpuTime() - start) * 1e-9));
            }
        }
        return best;
    }

    private static double prompt(TorchReplica replica, int rounds) {
        int[] text = new Random(1).ints(LONG_PROMPT, 0, VOCABULARY).toArray();
        double best = Double.MAX_VALUE;
        try (Decoder decoder = replica.decoder(1)) {
            for (int round = 0; round < rounds; round++) {
                long start = CLOCK.getCurrentThreadCpuTime();
                decoder.begin(0, text);
                best = Math.min(best, (CLOCK.getCurrentThreadCpuTime() - start) * 1e-9);
            }
        }
        return best;
    }
}
