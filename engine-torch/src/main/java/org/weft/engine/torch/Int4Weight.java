package org.weft.engine.torch;

import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.quantize.PackedFormat;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;

/**
 * A matrix of half bytes with a scale for each group of an output's inputs. Kept twice where libtorch has a kernel for it: in the order
 * that the kernel reads, for a few rows, and plain, for more. The kernel takes scales in bfloat16.
 */
final class Int4Weight extends QuantizedWeight {
    /** As many rows as libtorch's kernel is the faster way for. */
    private static final int FEW = 16;

    /** What the kernel has. */
    private static final Set<Integer> KERNEL_GROUPS = Set.of(32, 64, 128, 256);

    private static final int KERNEL_OUTPUTS = 16;
    private static final int OFFSET = 8;
    private static final int LOWER_HALF = 0xF;
    private static final int HALF = 4;

    private final int groupLength; // L
    private final Tensor plain; // (O, I / 2), uint8: the first of two numbers in the lower half, 8 added to each
    private final Tensor scales; // (O, G)
    private final Tensor packed; // O I / 2 bytes, or null where the kernel does not take such a matrix
    private final Tensor packedScales; // (G, O, 2), bfloat16, or null

    Int4Weight(QuantizedKernels kernels, int outputs, int inputs, int groupSize) {
        super(kernels, outputs, inputs);
        groupLength = groupSize == 0 ? inputs : groupSize;
        int groups = inputs / groupLength;
        plain = zeros(ScalarType.Byte, outputs, PackedFormat.rowBytes(QuantizationType.INT4, inputs));
        scales = zeros(ScalarType.Float, outputs, groups);
        boolean taken = kernels.packed() && KERNEL_GROUPS.contains(groupLength) && outputs % KERNEL_OUTPUTS == 0;
        packed = taken ? zeros(ScalarType.Byte, outputs, inputs / 2) : null;
        packedScales = taken ? zeros(ScalarType.BFloat16, groups, outputs, 2) : null;
    }

    @Override
    void fill(QuantizedMatrix matrix) {
        byte[] halves = new byte[(int) plain.numel()];
        int width = halves.length / outputs;
        for (int row = 0; row < outputs; row++) {
            byte[] line = PackedFormat.pack(QuantizationType.INT4, matrix.values(), row, inputs);
            System.arraycopy(line, 0, halves, row * width, width);
        }
        try (PointerScope scope = new PointerScope()) {
            write(halves, plain);
            scales.copy_(Tensor.create(matrix.scales()).view(outputs, -1)); // (O, G)
            if (packed != null) {
                packed.copy_(kernels.packInt4(numbers(plain).to(ScalarType.Int))
                        .view(ScalarType.Byte)
                        .view(outputs, inputs / 2L));
                packedScales.select(2, 0).copy_(scales.t()); // (G, O)
            }
        }
    }

    @Override
    Tensor product(Tensor x) {
        if (packed != null && x.size(0) <= FEW) {
            return kernels.int4(x.to(ScalarType.BFloat16), packed, groupLength, packedScales)
                    .to(ScalarType.Float); // (N, O)
        }
        return piecewise(x, this::widened);
    }

    private Tensor widened(int row, int count) {
        return numbers(plain.narrow(0, row, count))
                .to(ScalarType.Float)
                .sub_(new Scalar((double) OFFSET))
                .view(count, -1, groupLength) // (o, G, L)
                .mul_(scales.narrow(0, row, count).unsqueeze(2))
                .view(count, inputs)
                .to(kernels.products()); // (o, I)
    }

    /** From 0 to 15. (o, I / 2) to (o, I), uint8 */
    private Tensor numbers(Tensor halves) {
        TensorVector both =
                new TensorVector(halves.bitwise_and(new Scalar(LOWER_HALF)), halves.__rshift__(new Scalar(HALF)));
        return torch.stack(both, 2)
                .view(halves.size(0), -1)
                .narrow(1, 0, inputs)
                .contiguous();
    }
}
