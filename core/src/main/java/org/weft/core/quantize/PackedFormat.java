package org.weft.core.quantize;

/**
 * Whole numbers as compressed-tensors packs them ({@code pack-quantized}): 2ᵇ⁻¹ is added, so that all are at least 0, and 32 / b of
 * them are one little-endian int32, the first in the lowest bits. A row begins with an int32 of its own; where its numbers do not
 * fill the last one, that is filled up with zero bits.
 *
 * <pre>
 *   4 bits:  byte 0 = q1 + 8 | q0 + 8    byte 1 = q3 + 8 | q2 + 8    …    (upper | lower half)
 *   8 bits:  byte 0 = q0 + 128           byte 1 = q1 + 128           …
 * </pre>
 */
public final class PackedFormat {
    private static final int WORD = Integer.SIZE;

    private PackedFormat() {}

    /** How many int32 a row has. */
    public static int rowWords(QuantizationType type, int columns) {
        int inWord = WORD / type.bits();
        return (columns + inWord - 1) / inWord;
    }

    /** How many bytes a row has. */
    public static int rowBytes(QuantizationType type, int columns) {
        return rowWords(type, columns) * Integer.BYTES;
    }

    /**
     * One row's bytes.
     *
     * @param values the matrix's numbers, (O, I)
     */
    public static byte[] pack(QuantizationType type, byte[] values, int row, int columns) {
        byte[] packed = new byte[rowBytes(type, columns)];
        int start = row * columns;
        int offset = -type.smallest();
        for (int i = 0; i < columns; i++) {
            int value = values[start + i] + offset;
            if (type == QuantizationType.INT4) {
                packed[i / 2] |= (byte) (value << i % 2 * type.bits());
            } else {
                packed[i] = (byte) value;
            }
        }
        return packed;
    }

    /**
     * One row's numbers.
     *
     * @param packed rows from {@code at} on
     * @param values takes them, (O, I)
     */
    public static void unpack(QuantizationType type, byte[] packed, int at, byte[] values, int row, int columns) {
        int start = row * columns;
        int offset = -type.smallest();
        int mask = (1 << type.bits()) - 1;
        for (int i = 0; i < columns; i++) {
            int value = type == QuantizationType.INT4 ? packed[at + i / 2] >> i % 2 * type.bits() : packed[at + i];
            values[start + i] = (byte) ((value & mask) - offset);
        }
    }
}
