package org.weft.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.weft.core.batches.Batch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.MatrixBuckets;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.optim.NewtonSchulz;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.WholeMatrix;
import org.weft.engine.Engines;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;

/**
 * What Muon costs servers beside what a step costs workers, in this thread's own processor time, so that what else runs on the machine
 * matters little: milliseconds of an update of each kind of matrix and of all of them, of AdamW for the same elements, of forward and backward for
 * as many tokens, and of the server with the most where there are several.
 *
 * <p>{@code MuonBench WIDTH,LAYERS,CONTEXT,BATCH,VOCABULARY ROUNDS}; medians of rounds.
 */
public final class MuonBench {
    private static final int HEAD_WIDTH = 64;
    private static final int[] SERVERS = {1, 2, 3, 4};

    private final WeftConfig config;
    private final ParameterLayout layout;
    private final NewtonSchulz orthogonal;
    private final int rounds;

    private MuonBench(WeftConfig config, ParameterLayout layout, int rounds) {
        this.config = config;
        this.layout = layout;
        this.orthogonal = new NewtonSchulz(Engines.products(config), layout.matrices());
        this.rounds = rounds;
    }

    public static void main(String[] args) {
        int[] a = Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray();
        int heads = Math.max(1, a[0] / HEAD_WIDTH);
        ModelConfig model = ModelConfig.gpt2(a[1], a[0], heads, a[2], 0);
        WeftConfig config = config("muon").withModel(model);
        ModelShape shape = new ModelShape(model, a[4]);
        MuonBench bench = new MuonBench(config, MuonMatrices.served(config, shape.layout()), Integer.parseInt(args[1]));
        bench.step(
                shape,
                Batch.causal(
                        a[3],
                        a[2],
                        new Random(1).ints((long) a[3] * (a[2] + 1), 0, a[4]).toArray()));
        bench.update();
    }

    private static WeftConfig config(String optimizer) {
        return ConfigLoader.load(
                "bench",
                "",
                List.of("run.dir=file:///nowhere", "training.optimizer=" + optimizer, "training.warmup_steps=0"));
    }

    private void step(ModelShape shape, Batch batch) {
        try (ModelReplica replica = Engines.open(config, shape, "cpu")) {
            double millis = millis(() -> {
                replica.zeroGradients();
                replica.accumulateGradient(
                        batch, batch.targetCount(), new MicroBatchKey(1, 0, 0, 0), (offset, length) -> {});
            });
            System.out.printf(
                    Locale.ROOT,
                    "%d parameters; forward and backward of %d tokens: %.1f ms%n",
                    layout.size(),
                    batch.targetCount(),
                    millis);
        }
    }

    private void update() {
        Optimizer muon = Optimizer.of(config.training());
        Map<WholeMatrix, Double> costs = new LinkedHashMap<>();
        Map<String, Double> byKind = new LinkedHashMap<>();
        for (WholeMatrix matrix : layout.matrices()) {
            String kind = matrix.parts().size() + " of " + matrix.parts().get(0).rows(matrix.parameter()) + " x "
                    + matrix.parts().get(0).columns(matrix.parameter());
            costs.put(matrix, byKind.computeIfAbsent(kind, absent -> update(muon, matrix)));
        }
        byKind.forEach((kind, millis) -> System.out.printf(Locale.ROOT, "muon %s: %.2f ms%n", kind, millis));
        double elements = layout.matrices().stream()
                .mapToLong(matrix -> matrix.parameter().size())
                .sum();
        double all = costs.values().stream().mapToDouble(Double::doubleValue).sum();
        System.out.printf(
                Locale.ROOT,
                "muon of all %d matrices: %.1f ms, %.1f GFLOP/s; adamw of their %.0f elements: %.1f ms%n",
                costs.size(),
                all,
                layout.matrices().stream().mapToDouble(WholeMatrix::operations).sum() / all / 1e6,
                elements,
                elements * adamw());
        for (int servers : SERVERS) {
            RangePartitioner partitioner = RangePartitioner.of(layout, servers);
            double[] load = new double[servers];
            costs.forEach((matrix, millis) ->
                    load[partitioner.shardOf(layout.bucketOf(matrix.parameter().offset()))] += millis);
            System.out.printf(
                    Locale.ROOT,
                    "%d servers: %s ms%n",
                    servers,
                    Arrays.stream(load)
                            .mapToObj(millis -> String.format(Locale.ROOT, "%.1f", millis))
                            .toList());
        }
    }

    private double update(Optimizer muon, WholeMatrix matrix) {
        int first = layout.bucketOf(matrix.parameter().offset());
        int last = layout.bucketOf(matrix.parameter().end() - 1);
        List<Bucket> buckets = new ArrayList<>();
        List<Optimizer.State> states = new ArrayList<>();
        for (int bucket : IntStream.rangeClosed(first, last).toArray()) {
            buckets.add(layout.bucket(bucket));
            states.add(state(muon, layout.bucket(bucket).length()));
        }
        return millis(() -> muon.update(0, 1f, matrix, new MatrixBuckets(buckets, states), orthogonal));
    }

    private static Optimizer.State state(Optimizer optimizer, int length) {
        Random random = new Random(length);
        float[] gradient = new float[length];
        for (int i = 0; i < length; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        return Optimizer.State.fresh(optimizer, gradient, new float[length]);
    }

    /** Milliseconds an element. */
    private double adamw() {
        Optimizer adamw = Optimizer.of(config("adamw").training());
        Optimizer.State state = state(adamw, Bucket.ELEMENTS);
        Optimizer.Segment all = new Optimizer.Segment(0, Bucket.ELEMENTS, true, 1);
        return millis(() -> adamw.update(0, 1f, state, all)) / Bucket.ELEMENTS;
    }

    /** The median of some rounds, after a few. */
    private double millis(Runnable work) {
        double[] times = new double[rounds];
        for (int round = -2; round < rounds; round++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            work.run();
            long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            if (round >= 0) {
                times[round] = (end - start) / 1e6;
            }
        }
        Arrays.sort(times);
        return times[rounds / 2];
    }
}
