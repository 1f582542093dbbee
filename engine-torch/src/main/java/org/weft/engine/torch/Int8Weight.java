package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A matrix of bytes with a scale for each output. Bytes are exact in bfloat16, and scales stay out of the product, in float32: what is
 * rounded beside the matrix is the input, and with a few rows the product before it is scaled.
 */
final class Int8Weight extends ByteMatrix {
    /** As many rows as libtorch's kernel is the faster way for. */
    private static final int FEW = 8;

    /** What the kernel reads at once: it would read beyond the end of other rows. */
    private static final int KERNEL_INPUTS = 32;

    private final Tensor ones; // (O), bfloat16

    Int8Weight(QuantizedKernels kernels, int outputs, int inputs) {
        super(kernels, outputs, inputs);
        ones = scales.add(new Scalar(1.0)).to(ScalarType.BFloat16);
    }

    @Override
    Tensor product(Tensor x) {
        Tensor output = kernels.packed() && inputs % KERNEL_INPUTS == 0 && x.size(0) <= FEW
                ? kernels.int8(x.to(ScalarType.BFloat16), values, ones).to(ScalarType.Float) // (N, O)
                : piecewise(x, (row, count) -> values.narrow(0, row, count).to(kernels.products())); // (N, O)
        return output.mul_(scales);
    }
}
