package org.weft.engine.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What whole numbers are multiplied with on this processor. libtorch's own kernels take a few rows in bfloat16 and read the matrix
 * as it is kept; for more rows a piece of the matrix is widened after the other, and multiplied as any other matrix.
 *
 * <p>N rows, I inputs, O outputs.
 */
final class QuantizedKernels {
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final List<String> FAST_BFLOAT16 = List.of("avx512_bf16", "amx_bf16");

    /** Below this level libtorch's kernels for bfloat16 are loops over single numbers. */
    private static final String NO_VECTORS = "DEFAULT";

    private final boolean packed;
    private final ScalarType products;
    private final NativeOperation int8 = new NativeOperation("aten::_weight_int8pack_mm");
    private final NativeOperation int4 = new NativeOperation("aten::_weight_int4pack_mm_for_cpu");
    private final NativeOperation packInt4 = new NativeOperation("aten::_convert_weight_to_int4pack_for_cpu");
    private final NativeOperation wholeNumbers = new NativeOperation("aten::_int_mm");

    /**
     * @param packed whether libtorch's kernels are taken for a few rows
     * @param products what matrices are widened to, float32 or bfloat16
     */
    QuantizedKernels(boolean packed, ScalarType products) {
        this.packed = packed;
        this.products = products;
    }

    /** Of this machine. */
    static QuantizedKernels here() {
        NativeRuntime.load();
        boolean vectors = !NO_VECTORS.equals(torch.get_cpu_capability().getString());
        return new QuantizedKernels(vectors, multipliesBfloat16() ? ScalarType.BFloat16 : ScalarType.Float);
    }

    /** In float32 alone: slower, to the digits of float32. */
    static QuantizedKernels plain() {
        return new QuantizedKernels(false, ScalarType.Float);
    }

    /** Whether a processor has instructions for it; others take several times as long as for float32. */
    static boolean multipliesBfloat16() {
        try {
            String flags = Files.readString(PROCESSOR, StandardCharsets.ISO_8859_1);
            return FAST_BFLOAT16.stream().anyMatch(flags::contains);
        } catch (IOException | SecurityException unknown) {
            return false;
        }
    }

    /** Whether there are kernels for a few rows. */
    boolean packed() {
        return packed;
    }

    /** What matrices are widened to. */
    ScalarType products() {
        return products;
    }

    /**
     * x Wᵀ without scales.
     *
     * @param x (N, I), bfloat16
     * @param values (O, I), int8
     * @param ones (O), bfloat16: the kernel's own scales would be rounded to it
     * @return (N, O), bfloat16
     */
    Tensor int8(Tensor x, Tensor values, Tensor ones) {
        return int8.apply(new IValue(x), new IValue(values), new IValue(ones));
    }

    /**
     * x Wᵀ.
     *
     * @param x (N, I), bfloat16
     * @param matrix what {@link #packInt4} gave
     * @param scales (G, O, 2) of scales and zeros, bfloat16
     * @return (N, O), bfloat16
     */
    Tensor int4(Tensor x, Tensor matrix, int groupSize, Tensor scales) {
        return int4.apply(new IValue(x), new IValue(matrix), new IValue((long) groupSize), new IValue(scales));
    }

    /**
     * A matrix in the order in which this processor's kernel reads it.
     *
     * @param values (O, I), int32 from 0 to 15
     */
    Tensor packInt4(Tensor values) {
        return packInt4.apply(new IValue(values), new IValue(1L));
    }

    /**
     * The product of whole numbers, exactly.
     *
     * @param x (N, I), int8
     * @param values (O, I), int8
     * @return (N, O), int32
     */
    Tensor wholeNumbers(Tensor x, Tensor values) {
        return wholeNumbers.apply(new IValue(x), new IValue(values.t()));
    }
}
