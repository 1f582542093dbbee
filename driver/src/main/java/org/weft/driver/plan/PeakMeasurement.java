package org.weft.driver.plan;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/**
 * Measures this machine's peaks as replicas side by side would find them: about a second. In processor time where it can
 * be: what else runs on the machine is none of the plan's business.
 */
public final class PeakMeasurement {
    private static final ModelShape SMALLEST = new ModelShape(ModelConfig.gpt2(1, 8, 1, 2, 0), 8);
    private static final int COPY_BYTES = 64 << 20;
    private static final int COPY_ROUNDS = 15;
    private static final int PRODUCT_ROUNDS = 7;

    private final ReplicaOptions options;
    private final int replicas;

    /**
     * @param replicas that run at once on this machine
     */
    public PeakMeasurement(ReplicaOptions options, int replicas) {
        this.options = options;
        this.replicas = Math.max(1, replicas);
    }

    /**
     * The mean over the replicas.
     *
     * @param knownFlops taken where it is positive, and twice of it for bfloat16
     * @param narrow whether bfloat16 is measured, too
     */
    public MachinePeaks run(double knownFlops, boolean narrow) {
        double copies = mean(PeakMeasurement::copyBytesPerSecond);
        if (knownFlops > 0) {
            return new MachinePeaks(knownFlops, copies);
        }
        double flops = mean(() -> flops(options));
        return narrow
                ? new MachinePeaks(flops, mean(() -> flops(Records.with(options, "bfloat16", true))), copies)
                : new MachinePeaks(flops, copies);
    }

    private static double flops(ReplicaOptions options) {
        try (ModelReplica replica = Engines.open(Engines.TORCH, SMALLEST, options)) {
            double[] rates = new double[PRODUCT_ROUNDS];
            for (int round = 0; round < PRODUCT_ROUNDS; round++) {
                rates[round] = replica.measurePeakFlops();
            }
            Arrays.sort(rates);
            return rates[PRODUCT_ROUNDS / 2];
        }
    }

    /** In the thread's own processor time, as a replica of one thread measures its products. */
    private static double copyBytesPerSecond() {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        ByteBuffer from = ByteBuffer.allocateDirect(COPY_BYTES);
        ByteBuffer to = ByteBuffer.allocateDirect(COPY_BYTES);
        double[] seconds = new double[COPY_ROUNDS];
        for (int round = 0; round < COPY_ROUNDS; round++) {
            long start = clock.getCurrentThreadCpuTime();
            to.clear().put(from.clear());
            seconds[round] = (clock.getCurrentThreadCpuTime() - start) * 1e-9;
        }
        Arrays.sort(seconds);
        return COPY_BYTES / seconds[COPY_ROUNDS / 2];
    }

    private double mean(Callable<Double> measurement) {
        CyclicBarrier together = new CyclicBarrier(replicas);
        Callable<Double> task = () -> {
            together.await();
            return measurement.call();
        };
        ExecutorService threads =
                Executors.newFixedThreadPool(replicas, runnable -> new Thread(runnable, "weft-peak-measurement"));
        try {
            List<Future<Double>> results = threads.invokeAll(
                    Stream.generate(() -> task).limit(replicas).toList());
            double sum = 0;
            for (Future<Double> result : results) {
                sum += result.get();
            }
            return sum / replicas;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WeftException.failed("interrupted while measuring this machine's peaks", "");
        } catch (ExecutionException e) {
            WeftException known = WeftException.within(e);
            throw known == null ? new IllegalStateException("measuring peaks", e.getCause()) : known;
        } finally {
            threads.shutdown();
        }
    }
}
