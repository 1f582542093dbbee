package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.weft.core.checkpoint.FloatFormat;

/**
 * One bucket of {@link FactorsCodec}: runs of float32 and of bfloat16 in turn, in the bucket's order and without gaps. The bucket
 * is one block.
 *
 * @param runs elements of each run; the first is of float32, and may be empty
 */
record MixedCodec(int[] runs, int length) implements BucketCodec {
    /** Elements that are converted at a time. */
    private static final int PIECE = 2048;

    @Override
    public String name() {
        return FactorsCodec.NAME;
    }

    @Override
    public boolean lossy() {
        return true;
    }

    @Override
    public int bytes(int ofLength) {
        if (ofLength != length) {
            throw new IllegalArgumentException("bucket of another length: length=" + ofLength + " expected=" + length);
        }
        int bytes = 0;
        for (int i = 0; i < runs.length; i++) {
            bytes += runs[i] * (rounds(i) ? Short.BYTES : Float.BYTES);
        }
        return bytes;
    }

    private static boolean rounds(int run) {
        return run % 2 == 1;
    }

    @Override
    public int blockBytes() {
        return bytes(length);
    }

    @Override
    public ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare) {
        ByteBuffer in = floats.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer encoded = spare != null ? spare : ByteBuffer.allocateDirect(bytes(length));
        ByteBuffer out = encoded.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        int[] wide = new int[PIECE];
        short[] narrow = new short[PIECE];
        for (int run = 0; run < runs.length; run++) {
            if (!rounds(run)) {
                int bytes = runs[run] * Float.BYTES;
                out.put(in.slice(in.position(), bytes));
                in.position(in.position() + bytes);
                continue;
            }
            for (int left = runs[run]; left > 0; left -= PIECE) {
                int count = Math.min(PIECE, left);
                in.asIntBuffer().get(wide, 0, count);
                for (int i = 0; i < count; i++) {
                    narrow[i] = FloatFormat.toBfloat16(wide[i]);
                }
                out.asShortBuffer().put(narrow, 0, count);
                in.position(in.position() + count * Float.BYTES);
                out.position(out.position() + count * Short.BYTES);
            }
        }
        return encoded;
    }

    @Override
    public int decode(ByteBuffer blocks, float[] into, int at) {
        return decode(blocks, FloatBuffer.wrap(into, at, length));
    }

    @Override
    public void land(ByteBuffer received, ByteBuffer floats) {
        decode(
                received.duplicate().clear(),
                floats.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
    }

    private int decode(ByteBuffer blocks, FloatBuffer out) {
        ByteBuffer in = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        short[] narrow = new short[PIECE];
        float[] wide = new float[PIECE];
        for (int run = 0; run < runs.length; run++) {
            boolean rounded = rounds(run);
            for (int left = runs[run]; left > 0; left -= PIECE) {
                int count = Math.min(PIECE, left);
                if (rounded) {
                    in.asShortBuffer().get(narrow, 0, count);
                    for (int i = 0; i < count; i++) {
                        wide[i] = Float.intBitsToFloat(narrow[i] << Short.SIZE);
                    }
                } else {
                    in.asFloatBuffer().get(wide, 0, count);
                }
                out.put(wide, 0, count);
                in.position(in.position() + count * (rounded ? Short.BYTES : Float.BYTES));
            }
        }
        return length;
    }
}
