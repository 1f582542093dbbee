package org.weft.hub.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A GGUF file as a test looks into it: written from the format's description, not from the writer. */
final class GgufFile {
    private final ByteBuffer bytes;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /**
     * @param shape the innermost dimension first
     * @param offset from the beginning of the file
     */
    record Tensor(List<Long> shape, int type, long offset) {}

    GgufFile(Path path) throws IOException {
        bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[4];
        bytes.get(magic);
        if (!new String(magic, StandardCharsets.US_ASCII).equals("GGUF") || bytes.getInt() != 3) {
            throw new IOException("no GGUF of version 3");
        }
        long count = bytes.getLong();
        long pairs = bytes.getLong();
        for (long i = 0; i < pairs; i++) {
            String key = string();
            metadata.put(key, value(bytes.getInt()));
        }
        Map<String, Tensor> relative = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            String name = string();
            List<Long> shape = new ArrayList<>();
            for (int left = bytes.getInt(); left > 0; left--) {
                shape.add(bytes.getLong());
            }
            relative.put(name, new Tensor(shape, bytes.getInt(), bytes.getLong()));
        }
        long start = (bytes.position() + 31) / 32 * 32;
        relative.forEach((name, tensor) ->
                tensors.put(name, new Tensor(tensor.shape(), tensor.type(), start + tensor.offset())));
    }

    Map<String, Object> metadata() {
        return metadata;
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The numbers of a tensor of float32. */
    float[] floats(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor.type() != 0) {
            throw new IllegalArgumentException(name + " is of type " + tensor.type());
        }
        float[] numbers =
                new float[tensor.shape().stream().reduce(1L, (a, b) -> a * b).intValue()];
        bytes.slice((int) tensor.offset(), numbers.length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(numbers);
        return numbers;
    }

    private String string() {
        byte[] utf8 = new byte[(int) bytes.getLong()];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private Object value(int type) {
        return switch (type) {
            case 4, 5 -> bytes.getInt();
            case 6 -> bytes.getFloat();
            case 7 -> bytes.get() != 0;
            case 8 -> string();
            case 9 -> {
                int element = bytes.getInt();
                List<Object> values = new ArrayList<>();
                for (long left = bytes.getLong(); left > 0; left--) {
                    values.add(value(element));
                }
                yield values;
            }
            default -> throw new IllegalArgumentException("type " + type);
        };
    }
}
