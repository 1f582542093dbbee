package org.weft.parameterserver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.SplitMix64;
import org.weft.core.protocol.BucketCodec;

/** A lossy codec for tests: blocks of five elements, a scale and a byte each, rounded by chance. */
public final class BlockCodec implements BucketCodec {
    private static final int BLOCK = 5;
    private static final int MOST = 127;

    @Override
    public String name() {
        return "b5";
    }

    @Override
    public boolean lossy() {
        return true;
    }

    @Override
    public int bytes(int length) {
        return length + Float.BYTES * ((length + BLOCK - 1) / BLOCK);
    }

    @Override
    public int blockBytes() {
        return BLOCK + Float.BYTES;
    }

    @Override
    public ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare) {
        ByteBuffer in = floats.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        int length = in.capacity() / Float.BYTES;
        ByteBuffer out = ByteBuffer.allocate(bytes(length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; block < length; block += BLOCK) {
            int end = Math.min(length, block + BLOCK);
            float largest = 0;
            for (int i = block; i < end; i++) {
                largest = Math.max(largest, Math.abs(in.getFloat(i * Float.BYTES)));
            }
            float scale = largest == 0 ? 1 : largest / MOST;
            out.putFloat(scale);
            for (int i = block; i < end; i++) {
                double value = in.getFloat(i * Float.BYTES) / scale + SplitMix64.uniform(draw, i);
                out.put((byte) Math.min(MOST, Math.floor(value)));
            }
        }
        return out.clear();
    }

    @Override
    public int decode(ByteBuffer blocks, float[] into, int at) {
        ByteBuffer in = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int written = at;
        while (in.hasRemaining()) {
            float scale = in.getFloat();
            for (int i = 0; i < BLOCK && in.hasRemaining(); i++) {
                into[written++] = in.get() * scale;
            }
        }
        return written - at;
    }

    /** What arrives of a bucket that is encoded. */
    public float[] roundTrip(ByteBuffer floats, long draw) {
        float[] values = new float[floats.capacity() / Float.BYTES];
        decode(encode(floats, draw, null), values, 0);
        return values;
    }
}
