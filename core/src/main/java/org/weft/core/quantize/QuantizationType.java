package org.weft.core.quantize;

import org.weft.core.config.Word;

/** Whole numbers that a matrix is rounded to: two's complement, all of them used. */
public enum QuantizationType implements Word {
    INT8(8),
    INT4(4);

    private final int bits;

    QuantizationType(int bits) {
        this.bits = bits;
    }

    /** Of one number. */
    public int bits() {
        return bits;
    }

    /** The least of them. */
    public int smallest() {
        return -(1 << bits - 1);
    }

    /** The greatest of them. */
    public int largest() {
        return (1 << bits - 1) - 1;
    }

    /** The type of so many bits; null where there is none. */
    public static QuantizationType ofBits(int bits) {
        for (QuantizationType type : values()) {
            if (type.bits == bits) {
                return type;
            }
        }
        return null;
    }
}
