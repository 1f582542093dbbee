package org.weft.core.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a number of a safetensors file is stored, between its bytes and float32. Widening is exact. Narrowing rounds to
 * the nearest, ties to even (IEEE 754-2019, section 4.3.1); what is beyond the largest number becomes infinite, NaN
 * stays NaN, and float16's subnormals are rounded like all others. Pure functions over bits: no float is computed with.
 *
 * <pre>
 *         sign  exponent  fraction
 *   F32      1         8        23
 *   F16      1         5        10
 *   BF16     1         8         7
 * </pre>
 */
public enum FloatFormat {
    F32(Float.BYTES),
    F16(Short.BYTES),
    BF16(Short.BYTES);

    private static final int F32_INFINITY = 0x7F80_0000;
    private static final int F32_MAGNITUDE = 0x7FFF_FFFF;
    /** Fraction bits that float16 has fewer. */
    private static final int F16_SHIFT = 13;
    /** Difference of the exponents' biases, 127 - 15, in place in float16. */
    private static final int F16_REBIAS = 112 << 10;
    /** 65520: halfway between float16's largest number and the next power of two. */
    private static final int F16_OVERFLOW = 0x477F_F000;
    /** 2^-14: float16's smallest normal number. */
    private static final int F16_SMALLEST_NORMAL = 0x3880_0000;

    private static final double F16_SUBNORMALS_TO_ONE = 0x1p24;
    private static final int BF16_SHIFT = 16;

    private final int bytes;

    FloatFormat(int bytes) {
        this.bytes = bytes;
    }

    /** The format that safetensors calls {@code dtype}; empty for integers and what Weft does not read. */
    public static Optional<FloatFormat> of(String dtype) {
        return Arrays.stream(values())
                .filter(format -> format.name().equals(dtype))
                .findFirst();
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }

    /** Turns all of {@code stored} into float32 at {@code into}'s position, and moves both; both little-endian. */
    public void decode(ByteBuffer stored, ByteBuffer into) {
        switch (this) {
            case F32 -> into.put(stored);
            case F16 -> {
                while (stored.hasRemaining()) {
                    into.putInt(fromFloat16(stored.getShort()));
                }
            }
            case BF16 -> {
                while (stored.hasRemaining()) {
                    into.putInt(stored.getShort() << BF16_SHIFT);
                }
            }
        }
    }

    /** Turns all float32 of {@code numbers} into this format at {@code into}'s position, and moves both; both little-endian. */
    public void encode(ByteBuffer numbers, ByteBuffer into) {
        switch (this) {
            case F32 -> into.put(numbers);
            case F16 -> {
                while (numbers.hasRemaining()) {
                    into.putShort(toFloat16(numbers.getInt()));
                }
            }
            case BF16 -> {
                while (numbers.hasRemaining()) {
                    into.putShort(toBfloat16(numbers.getInt()));
                }
            }
        }
    }

    /** Whether a finite float32 becomes infinite in this format. */
    public boolean overflows(int f32) {
        int magnitude = f32 & F32_MAGNITUDE;
        return switch (this) {
            case F32 -> false;
            case F16 -> magnitude < F32_INFINITY && magnitude >= F16_OVERFLOW;
            case BF16 -> magnitude < F32_INFINITY && (toBfloat16(magnitude) << BF16_SHIFT) == F32_INFINITY;
        };
    }

    /** Whether the bits of a float32 are NaN or infinite. */
    public static boolean isNotFinite(int f32) {
        return (f32 & F32_MAGNITUDE) >= F32_INFINITY;
    }

    /** The bits of the float32 that a float16 is. */
    public static int fromFloat16(short f16) {
        int sign = (f16 & 0x8000) << 16;
        int magnitude = f16 & 0x7FFF;
        if (magnitude >= 0x7C00) {
            return sign | F32_INFINITY | (magnitude & 0x03FF) << F16_SHIFT;
        }
        if (magnitude < 0x0400) { // Subnormal or zero: a whole number of 2^-24.
            return sign | Float.floatToRawIntBits((float) (magnitude / F16_SUBNORMALS_TO_ONE));
        }
        return sign | (magnitude + F16_REBIAS) << F16_SHIFT;
    }

    /**
     * The nearest float16, ties to even; what is beyond the largest becomes infinite.
     *
     * @param f32 the float's bits
     */
    public static short toFloat16(int f32) {
        int sign = f32 >>> 16 & 0x8000;
        int magnitude = f32 & F32_MAGNITUDE;
        if (magnitude > F32_INFINITY) {
            int payload = magnitude >>> F16_SHIFT & 0x03FF;
            return (short) (sign | 0x7C00 | (payload == 0 ? 0x0200 : payload));
        }
        if (magnitude >= F16_OVERFLOW) {
            return (short) (sign | 0x7C00);
        }
        if (magnitude < F16_SMALLEST_NORMAL) { // The product is exact, so it is rounded once.
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * F16_SUBNORMALS_TO_ONE));
        }
        int rounded = magnitude + 0x0FFF + (magnitude >>> F16_SHIFT & 1);
        return (short) (sign | (rounded >>> F16_SHIFT) - F16_REBIAS);
    }

    /**
     * The upper half of a float32, rounded to nearest even; what is no number stays none.
     *
     * @param f32 the float's bits
     */
    public static short toBfloat16(int f32) {
        if ((f32 & F32_MAGNITUDE) > F32_INFINITY) {
            int top = f32 >>> BF16_SHIFT;
            return (short) ((top & 0x007F) == 0 ? top | 0x0040 : top);
        }
        return (short) (f32 + 0x7FFF + (f32 >>> BF16_SHIFT & 1) >>> BF16_SHIFT);
    }
}
