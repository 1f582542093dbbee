package org.weft.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.weft.core.config.ConfigLoader;
import org.weft.core.lanes.LaneSum;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;

/**
 * What a server and a worker do to every element of a bucket in Java, in nanoseconds an element: one bucket of 2^20, one
 * thread. A copy stands beside as the measure of what memory alone costs.
 *
 * <p>Arguments: rounds of ten passes (5).
 */
public final class ArithmeticBench {
    private static final int LENGTH = Bucket.ELEMENTS;
    private static final int PASSES = 10;
    private static final int WARM_UP = 3;

    private final int rounds;
    private final Rounds figures;
    private double sink;

    private ArithmeticBench(int rounds) {
        this.rounds = rounds;
        this.figures = new Rounds(rounds);
    }

    public static void main(String[] args) {
        ArithmeticBench bench = new ArithmeticBench(args.length > 0 ? Integer.parseInt(args[0]) : 5);
        bench.run();
        System.err.print(bench.figures.table("ns/element"));
        System.out.println("{\"bench\":\"arithmetic\",\"adamw_ns\":" + bench.figures.median("AdamW.update") + "}");
    }

    private void run() {
        float[] gradient = randomVector(1);
        float[] weights = randomVector(2);
        Optimizer optimizer = Optimizer.of(ConfigLoader.load("bench", "", List.of("run.dir=file:///nowhere"))
                .training());
        Optimizer.State state = Optimizer.State.fresh(optimizer, gradient, weights);
        ByteBuffer left = direct();
        ByteBuffer right = direct();
        LaneSum sum = new LaneSum();
        measure("copy of direct memory", () -> left.clear().put(right.clear()));
        measure("direct memory to array", () -> left.clear().asFloatBuffer().get(gradient));
        measure("CRC32C", () -> sink += checksum(left));
        measure("LaneSum of arrays", () -> LaneSum.add(weights, gradient, LENGTH));
        measure("LaneSum of direct memory", () -> sum.add(left, right));
        measure("GradientClip.sumOfSquares", () -> sink += GradientClip.sumOfSquares(weights, LENGTH));
        measure("AdamW.update", () -> optimizer.update(3, 0.5f, state, new Optimizer.Segment(0, LENGTH, true, 1)));
    }

    private void measure(String name, Runnable pass) {
        for (int round = -WARM_UP; round < rounds; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < PASSES; i++) {
                pass.run();
            }
            if (round >= 0) {
                figures.put(name, round, (System.nanoTime() - start) / ((double) PASSES * LENGTH));
            }
        }
    }

    private static long checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.clear());
        return checksum.getValue();
    }

    private static ByteBuffer direct() {
        return ByteBuffer.allocateDirect(LENGTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static float[] randomVector(int seed) {
        Random random = new Random(seed);
        float[] values = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
