package org.weft.hub.gguf;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.weft.core.checkpoint.FloatFormat;

/**
 * How the numbers of a tensor are stored. The quantised types are ggml's, and round as its reference does
 * ({@code quantize_row_q8_0_ref}, {@code quantize_row_q4_0_ref} in ggml-quants.c): blocks of 32 numbers of a row with a scale d in
 * float16, all arithmetic in float32. Pure functions.
 *
 * <pre>
 *   Q8_0   d (2 bytes), 32 signed bytes q           x = d q          d = max |x| / 127
 *   Q4_0   d (2 bytes), 16 bytes of two nibbles q   x = d (q - 8)    d = the x of the largest |x|, over -8
 *          nibble j below, j + 16 above
 * </pre>
 */
public enum GgufType {
    F32(0, 0, 1, Float.BYTES),
    F16(1, 1, 1, Short.BYTES),
    Q4_0(2, 2, 32, Short.BYTES + 16),
    Q8_0(8, 7, 32, Short.BYTES + 32);

    private static final int LARGEST_BYTE = 127;
    private static final int LARGEST_NIBBLE = 15;
    private static final int MIDDLE_NIBBLE = 8;
    /** What is cut off becomes what is nearest. */
    private static final float ROUNDED_MIDDLE = 8.5f;

    private final int code;
    private final int fileCode;
    private final int blockElements;
    private final int blockBytes;

    /**
     * @param code ggml's number of the type
     * @param fileCode llama.cpp's number of a file most of whose tensors are of it
     */
    GgufType(int code, int fileCode, int blockElements, int blockBytes) {
        this.code = code;
        this.fileCode = fileCode;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    int code() {
        return code;
    }

    int fileCode() {
        return fileCode;
    }

    /** Numbers that are stored together; a row has whole blocks. */
    int blockElements() {
        return blockElements;
    }

    /** Bytes of so many numbers, whole blocks. */
    long bytes(long elements) {
        return elements / blockElements * blockBytes;
    }

    /** As the command line has it, and as people write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The first number of some that the type cannot hold: one that float16 cannot, by itself or as a block's scale.
     *
     * @return its index; -1 for none
     */
    int overflow(float[] numbers, int count) {
        for (int i = 0; i < count; i++) {
            float held =
                    switch (this) {
                        case F32 -> 0;
                        case F16 -> numbers[i];
                        case Q8_0 -> numbers[i] / LARGEST_BYTE;
                        case Q4_0 -> numbers[i] / -MIDDLE_NIBBLE;
                    };
            if (FloatFormat.F16.overflows(Float.floatToRawIntBits(held))) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Stores numbers at the position of a little-endian buffer.
     *
     * @param count of {@code numbers}, whole blocks
     */
    void encode(float[] numbers, int count, ByteBuffer into) {
        for (int at = 0; at < count; at += blockElements) {
            switch (this) {
                case F32 -> into.putFloat(numbers[at]);
                case F16 -> putFloat16(numbers[at], into);
                case Q8_0 -> bytes(numbers, at, into);
                case Q4_0 -> nibbles(numbers, at, into);
            }
        }
    }

    private static void putFloat16(float number, ByteBuffer into) {
        into.putShort(FloatFormat.toFloat16(Float.floatToRawIntBits(number)));
    }

    private static void bytes(float[] x, int at, ByteBuffer into) {
        float largest = 0;
        for (int i = 0; i < Q8_0.blockElements; i++) {
            largest = Math.max(largest, Math.abs(x[at + i]));
        }
        float scale = largest / LARGEST_BYTE;
        float inverse = scale != 0 ? 1 / scale : 0;
        putFloat16(scale, into);
        for (int i = 0; i < Q8_0.blockElements; i++) {
            into.put((byte) awayFromZero(x[at + i] * inverse));
        }
    }

    /** C's roundf: halves go away from zero. */
    private static int awayFromZero(float x) {
        int rounded = (int) Math.floor(Math.abs((double) x) + 0.5);
        return x < 0 ? -rounded : rounded;
    }

    private static void nibbles(float[] x, int at, ByteBuffer into) {
        float signed = 0; // of the largest magnitude, the first of equals
        for (int i = 0; i < Q4_0.blockElements; i++) {
            signed = Math.abs(x[at + i]) > Math.abs(signed) ? x[at + i] : signed;
        }
        float scale = signed / -MIDDLE_NIBBLE;
        float inverse = scale != 0 ? 1 / scale : 0;
        putFloat16(scale, into);
        int half = Q4_0.blockElements / 2;
        for (int i = 0; i < half; i++) {
            into.put((byte) (nibble(x[at + i] * inverse) | nibble(x[at + half + i] * inverse) << 4));
        }
    }

    private static int nibble(float x) {
        return Math.min(LARGEST_NIBBLE, (int) (x + ROUNDED_MIDDLE));
    }
}
