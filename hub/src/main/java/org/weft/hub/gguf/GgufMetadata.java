package org.weft.hub.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a GGUF file says of its model, keys with their values in the order in which they were put. All numbers are little-endian.
 *
 * <pre>
 *   string   length (u64), UTF-8
 *   pair     key (string), type (u32), value
 *   array    type of its elements (u32), length (u64), elements
 * </pre>
 */
final class GgufMetadata {
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int pairs;

    int pairs() {
        return pairs;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    GgufMetadata put(String key, int value) {
        begin(key, UINT32);
        u32(bytes, value);
        return this;
    }

    GgufMetadata put(String key, float value) {
        begin(key, FLOAT32);
        u32(bytes, Float.floatToRawIntBits(value));
        return this;
    }

    GgufMetadata put(String key, boolean value) {
        begin(key, BOOL);
        bytes.write(value ? 1 : 0);
        return this;
    }

    GgufMetadata put(String key, String value) {
        begin(key, STRING);
        string(bytes, value);
        return this;
    }

    GgufMetadata putStrings(String key, List<String> values) {
        beginArray(key, STRING, values.size());
        values.forEach(value -> string(bytes, value));
        return this;
    }

    GgufMetadata putInts(String key, int[] values) {
        beginArray(key, INT32, values.length);
        for (int value : values) {
            u32(bytes, value);
        }
        return this;
    }

    private void beginArray(String key, int type, int length) {
        begin(key, ARRAY);
        u32(bytes, type);
        u64(bytes, length);
    }

    private void begin(String key, int type) {
        pairs++;
        string(bytes, key);
        u32(bytes, type);
    }

    static void string(ByteArrayOutputStream out, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        u64(out, utf8.length);
        out.writeBytes(utf8);
    }

    static void u32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    static void u64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
