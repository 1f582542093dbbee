package org.weft.engine.torch;

import java.util.function.LongSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How fast a device multiplies large matrices: the best of some products of (1024, 1024). */
final class PeakFlops {
    private static final int SIZE = 1024;
    private static final int ROUNDS = 8;

    private PeakFlops() {}

    /**
     * Floating-point operations a second.
     *
     * @param like whose device and type matrices begin with
     * @param factor the type that they are multiplied in
     * @param clock in nanoseconds
     */
    static double measure(Tensor like, ScalarType factor, ComputeDevice device, LongSupplier clock) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions kind = like.options();
            long[] square = {SIZE, SIZE};
            Tensor a = torch.ones(square, kind).to(factor); // (M, M)
            Tensor b = torch.ones(square, kind).to(factor); // (M, M)
            Tensor c = torch.mm(a, b); // (M, M)
            device.synchronize();
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
