package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.weft.core.checkpoint.FloatFormat;

/** {@link BucketCodec#BF16}. */
final class Bfloat16Codec implements BucketCodec {
    /** Elements that are converted at a time. */
    private static final int PIECE = 1024;

    @Override
    public String name() {
        return "bf16";
    }

    @Override
    public boolean lossy() {
        return true;
    }

    @Override
    public int bytes(int length) {
        return length * Short.BYTES;
    }

    @Override
    public int blockBytes() {
        return Short.BYTES;
    }

    @Override
    public ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare) {
        FloatBuffer in =
                floats.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer out = spare != null ? spare : ByteBuffer.allocateDirect(bytes(in.capacity()));
        ShortBuffer halves =
                out.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        float[] piece = new float[PIECE];
        short[] rounded = new short[PIECE];
        while (in.hasRemaining()) {
            int count = Math.min(PIECE, in.remaining());
            in.get(piece, 0, count);
            for (int i = 0; i < count; i++) {
                rounded[i] = FloatFormat.toBfloat16(Float.floatToRawIntBits(piece[i]));
            }
            halves.put(rounded, 0, count);
        }
        return out;
    }

    @Override
    public int decode(ByteBuffer blocks, float[] into, int at) {
        ShortBuffer halves = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        int count = halves.remaining();
        for (int i = 0; i < count; i++) {
            into[at + i] = Float.intBitsToFloat(halves.get(i) << Short.SIZE);
        }
        return count;
    }
}
