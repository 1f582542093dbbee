package org.weft.engine.torch;

import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** How fast a replica's device multiplies large matrices. */
final class MatrixPeak {
    private static final int SIZE = 1024;
    private static final int ROUNDS = 8;

    private MatrixPeak() {}

    /**
     * The best of some products of (1024, 1024), in operations a second: about 0.1 s on a core. One thread's are timed in its
     * own processor time, so that what else runs on the machine does not make the peak a lower one.
     *
     * @param flat says in which type
     */
    static double flops(FlatTensors flat, ComputeDevice device, boolean oneThread) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions kind = flat.parameters().tensor().options();
            long[] square = {SIZE, SIZE};
            Tensor a = torch.ones(square, kind).to(flat.factorType()); // (M, M)
            Tensor b = torch.ones(square, kind).to(flat.factorType()); // (M, M)
            Tensor c = torch.mm(a, b); // (M, M)
            device.synchronize();
            LongSupplier clock = device instanceof CpuDevice && oneThread
                    ? ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime
                    : System::nanoTime;
            long best = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                long start = clock.getAsLong();
                torch.mm_out(c, a, b);
                device.synchronize();
                best = Math.min(best, clock.getAsLong() - start);
            }
            return 2.0 * SIZE * SIZE * SIZE / (best * 1e-9);
        }
    }
}
