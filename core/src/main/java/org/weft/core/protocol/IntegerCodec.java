package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.weft.core.SplitMix64;

/**
 * {@link BucketCodec#INT8} and {@link BucketCodec#INT4}: blocks of 256 elements, a float32 scale s and then an integer of a few
 * bits for each. With L the largest integer (127, 7), s is the block's largest magnitude divided by L, and x becomes floor(x / s +
 * u) with u drawn evenly from [0, 1): what is decoded is x on the average, so that nothing has to be remembered of what was lost
 * (Alistarh et al. 2017, "QSGD", arXiv 1610.02132; the largest magnitude instead of the norm). Four-bit integers stand two in a
 * byte, the first in its lower half.
 *
 * <p>A block with an element that is no number, or infinite, is decoded as one that has no numbers at all, so that the
 * gradient's norm shows it. Magnitudes below 2^-126 L are decoded as zero.
 */
final class IntegerCodec implements BucketCodec {
    private static final int BLOCK = 256;
    /** Bits of a drawn number that decide how one element is rounded. */
    private static final int CHANCE_BITS = 16;

    private static final int CHANCE_MASK = (1 << CHANCE_BITS) - 1;
    private static final float CHANCE_UNIT = 0x1p-16f;
    private static final int DRAWN = Long.SIZE / CHANCE_BITS;
    private static final int NIBBLE = 4;
    private static final int NIBBLE_SHIFT = Integer.SIZE - NIBBLE;

    private final int bits;
    private final int largest;

    /**
     * @param bits of an element: 8 or 4
     */
    IntegerCodec(int bits) {
        this.bits = bits;
        this.largest = (1 << bits - 1) - 1;
    }

    @Override
    public String name() {
        return "int" + bits;
    }

    @Override
    public boolean lossy() {
        return true;
    }

    @Override
    public int bytes(int length) {
        int rest = length % BLOCK;
        return length / BLOCK * blockBytes() + (rest == 0 ? 0 : Float.BYTES + integerBytes(rest));
    }

    @Override
    public int blockBytes() {
        return Float.BYTES + integerBytes(BLOCK);
    }

    private int integerBytes(int elements) {
        return (elements * bits + Byte.SIZE - 1) / Byte.SIZE;
    }

    @Override
    public ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare) {
        FloatBuffer in =
                floats.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer bytes = spare != null ? spare : ByteBuffer.allocateDirect(bytes(in.capacity()));
        ByteBuffer out = bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        float[] block = new float[BLOCK];
        byte[] integers = new byte[BLOCK];
        while (in.hasRemaining()) {
            int first = in.position();
            int count = Math.min(BLOCK, in.remaining());
            in.get(block, 0, count);
            float scale = scale(block, count);
            round(block, count, scale, draw, first, integers);
            out.putFloat(scale);
            if (bits == NIBBLE) {
                pack(integers, count);
            }
            out.put(integers, 0, integerBytes(count));
        }
        return bytes;
    }

    /** Not a number where the block has one that is none. */
    private float scale(float[] block, int count) {
        float magnitude = 0;
        for (int i = 0; i < count; i++) {
            magnitude = Math.max(magnitude, Math.abs(block[i]));
        }
        return Float.isFinite(magnitude) ? magnitude / largest : Float.NaN;
    }

    private void round(float[] block, int count, float scale, long draw, int first, byte[] integers) {
        float inverse = scale >= Float.MIN_NORMAL ? 1 / scale : 0;
        for (int i = 0; i < count; i += DRAWN) {
            long drawn = SplitMix64.output(draw, (first + i) / DRAWN);
            int end = Math.min(count, i + DRAWN);
            for (int j = i; j < end; j++) {
                float chance = (((int) drawn & CHANCE_MASK) + 0.5f) * CHANCE_UNIT;
                drawn >>>= CHANCE_BITS;
                int integer = (int) Math.floor(block[j] * inverse + chance);
                integers[j] = (byte) Math.max(-largest, Math.min(largest, integer));
            }
        }
    }

    /** Two integers to a byte, in place. */
    private static void pack(byte[] integers, int count) {
        for (int i = 0; i < count; i += 2) {
            int second = i + 1 < count ? integers[i + 1] : 0;
            integers[i / 2] = (byte) (integers[i] & (1 << NIBBLE) - 1 | second << NIBBLE);
        }
    }

    @Override
    public int decode(ByteBuffer blocks, float[] into, int at) {
        ByteBuffer in = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        byte[] integers = new byte[integerBytes(BLOCK)];
        int written = at;
        while (in.hasRemaining()) {
            float scale = in.getFloat();
            int count = Math.min(BLOCK, into.length - written);
            in.get(integers, 0, integerBytes(count));
            for (int i = 0; i < count; i++) {
                into[written + i] = integer(integers, i) * scale;
            }
            written += count;
        }
        return written - at;
    }

    private int integer(byte[] integers, int i) {
        if (bits != NIBBLE) {
            return integers[i];
        }
        int low = i % 2 == 0 ? integers[i / 2] << NIBBLE_SHIFT : integers[i / 2] << NIBBLE_SHIFT - NIBBLE;
        return low >> NIBBLE_SHIFT;
    }
}
