package org.weft.monitoring.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A Protocol Buffers message as bytes: what event files need of the wire, field by field. */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    ProtoMessage int64(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    ProtoMessage float64(int field, double value) {
        tag(field, FIXED64);
        fixed(Double.doubleToRawLongBits(value), Double.BYTES);
        return this;
    }

    ProtoMessage float32(int field, float value) {
        tag(field, FIXED32);
        fixed(Float.floatToRawIntBits(value), Float.BYTES);
        return this;
    }

    ProtoMessage string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoMessage message(int field, ProtoMessage value) {
        return bytes(field, value.toBytes());
    }

    ProtoMessage bytes(int field, byte[] value) {
        tag(field, BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void tag(int field, int type) {
        varint((long) field << 3 | type);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void fixed(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> 8 * i));
        }
    }
}
