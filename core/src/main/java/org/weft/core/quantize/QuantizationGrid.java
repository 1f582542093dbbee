package org.weft.core.quantize;

import java.io.Serializable;
import org.weft.core.checkpoint.FloatFormat;

/**
 * Where the numbers of a matrix may lie: at whole multiples of a scale, one for each output or for each group of an output's
 * inputs. Symmetric: 0 is 0, and there are no zero points.
 *
 * <p>A scale is the largest magnitude over half of the range, (2ᵇ - 1) / 2, so that a number of that magnitude is half a step
 * beyond the last whole number: steps are a fifteenth finer for it with 4 bits than they would be if both ends were met. This is
 * compressed-tensors' own rule for symmetric weights. All in float32, each operation rounded, so that an engine that does the same
 * comes to the same bits.
 *
 * @param groupSize inputs that share a scale; 0 for all of an output's
 * @param scales what a scale is stored as, and rounded to before anything is divided by it
 */
public record QuantizationGrid(QuantizationType type, int groupSize, FloatFormat scales) implements Serializable {
    private static final float SMALLEST_F16 = 0x1p-14f;

    public QuantizationGrid {
        if (groupSize < 0) {
            throw new IllegalArgumentException("group size=" + groupSize);
        }
    }

    /** How many inputs share a scale. */
    public int groupLength(int columns) {
        return groupSize == 0 ? columns : groupSize;
    }

    /** Scales of one output. */
    public int groups(int columns) {
        return columns / groupLength(columns);
    }

    /** Whether an output's inputs are whole groups. */
    public boolean divides(int columns) {
        return columns % groupLength(columns) == 0;
    }

    /** What largest magnitudes are divided by to become scales. */
    public float halfRange() {
        return ((1 << type.bits()) - 1) / 2f;
    }

    /**
     * The scale of numbers whose largest magnitude is known.
     *
     * @return 1 where they are all 0
     */
    public float scale(float magnitude) {
        float scale = magnitude / halfRange();
        float stored =
                switch (scales) {
                    case F32 -> scale;
                    case BF16 -> Float.intBitsToFloat(FloatFormat.toBfloat16(Float.floatToRawIntBits(scale)) << 16);
                    case F16 -> float16(scale);
                };
        return stored > 0 ? stored : 1;
    }

    /** Where a scale would lose its digits among float16's subnormals, the least of the others. */
    private static float float16(float scale) {
        float normal = scale > 0 && scale < SMALLEST_F16 ? SMALLEST_F16 : scale;
        return Float.intBitsToFloat(FloatFormat.fromFloat16(FloatFormat.toFloat16(Float.floatToRawIntBits(normal))));
    }

    /** The nearest whole number, ties to even, of those that there are. */
    public byte nearest(float x, float scale) {
        double whole = Math.rint(x / scale);
        return (byte) Math.max(type.smallest(), Math.min(type.largest(), whole));
    }
}
