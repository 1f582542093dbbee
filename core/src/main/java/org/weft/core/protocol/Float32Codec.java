package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** {@link BucketCodec#F32}. */
final class Float32Codec implements BucketCodec {
    @Override
    public String name() {
        return "f32";
    }

    @Override
    public boolean lossy() {
        return false;
    }

    @Override
    public int bytes(int length) {
        return length * Float.BYTES;
    }

    @Override
    public int blockBytes() {
        return Float.BYTES;
    }

    @Override
    public ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare) {
        return floats;
    }

    @Override
    public int decode(ByteBuffer blocks, float[] into, int at) {
        FloatBuffer floats = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        int count = floats.remaining();
        floats.get(into, at, count);
        return count;
    }

    @Override
    public void land(ByteBuffer received, ByteBuffer floats) {
        if (received != floats) {
            floats.duplicate().clear().put(received.duplicate().clear());
        }
    }
}
