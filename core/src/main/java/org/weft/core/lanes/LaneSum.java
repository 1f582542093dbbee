package org.weft.core.lanes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The one addition of the lane tree: element by element in float32. Addition of two numbers commutes to the bit, so
 * either side may be the accumulator; what must not change is which two nodes are added.
 */
public final class LaneSum {
    /** Elements added at a time: two staging arrays stay in the first-level cache. */
    private static final int CHUNK = 2048;

    private final float[] left = new float[CHUNK];
    private final float[] right = new float[CHUNK];

    /** Adds the first {@code length} elements of {@code addend} to {@code accumulator}. */
    public static void add(float[] accumulator, float[] addend, int length) {
        for (int i = 0; i < length; i++) {
            accumulator[i] += addend[i];
        }
    }

    /**
     * Adds {@code addend} to {@code accumulator}, both little-endian float32 from their start to their capacity. Not
     * safe for use by two threads: an instance owns its staging arrays.
     */
    public void add(ByteBuffer accumulator, ByteBuffer addend) {
        if (accumulator.capacity() != addend.capacity()) {
            throw new IllegalArgumentException("lane sum length mismatch: accumulator bytes=" + accumulator.capacity()
                    + " addend bytes=" + addend.capacity());
        }
        FloatBuffer sum = floats(accumulator);
        FloatBuffer other = floats(addend);
        int length = sum.capacity();
        for (int at = 0; at < length; at += CHUNK) {
            int count = Math.min(CHUNK, length - at);
            sum.get(at, left, 0, count);
            other.get(at, right, 0, count);
            add(left, right, count);
            sum.put(at, left, 0, count);
        }
    }

    private static FloatBuffer floats(ByteBuffer bytes) {
        return bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
