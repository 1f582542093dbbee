package org.weft.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.GitLfs;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * Hugging Face's safetensors format: an unsigned 64-bit little-endian header length N, N bytes of JSON, then the
 * tensors' bytes; each JSON entry gives dtype, shape and the range of its bytes behind the header.
 *
 * @param metadata strings of the {@code __metadata__} entry
 * @param tensors by name, in file order
 * @param dataStart position of the first byte behind the header
 */
public record Safetensors(Map<String, String> metadata, Map<String, Tensor> tensors, long dataStart) {
    private static final int MAX_HEADER_BYTES = 100 << 20;
    private static final int ALIGNMENT = 8;

    /**
     * @param begin first byte, counted from behind the header
     * @param end byte after the last
     */
    public record Tensor(String dtype, List<Long> shape, long begin, long end) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        public long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }
    }

    /** The header of a file of one-dimensional float32 tensors of {@code length} elements each. */
    public static Safetensors ofVectors(Map<String, String> metadata, List<String> names, long length) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        names.forEach(name -> shapes.put(name, List.of(length)));
        return of(metadata, FloatFormat.F32, shapes);
    }

    /**
     * The header of a file of tensors that stand one after the other without gaps.
     *
     * @param shapes of the tensors by name, in file order
     */
    public static Safetensors of(Map<String, String> metadata, FloatFormat format, Map<String, List<Long>> shapes) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, List<Long>> entry : shapes.entrySet()) {
            long elements = entry.getValue().stream().reduce(1L, Math::multiplyExact);
            long end = Math.addExact(at, Math.multiplyExact(elements, format.bytes()));
            tensors.put(entry.getKey(), new Tensor(format.name(), entry.getValue(), at, end));
            at = end;
        }
        return new Safetensors(metadata, tensors, 0);
    }

    /** Writes length and header, padded with spaces so that the data begins at a multiple of eight. */
    public void writeHeader(OutputStream out) throws IOException {
        ObjectNode root = Json.MAPPER.createObjectNode();
        ObjectNode meta = root.putObject("__metadata__");
        metadata.forEach(meta::put);
        tensors.forEach((name, tensor) -> {
            ObjectNode entry = root.putObject(name);
            entry.put("dtype", tensor.dtype());
            tensor.shape().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(tensor.begin()).add(tensor.end());
        });
        byte[] json = Json.MAPPER.writeValueAsBytes(root);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        out.write(header.array());
    }

    /** Reads and checks the header of a file: everything is verified against the file's length before use. */
    public static Safetensors readHeader(Store.RandomReader file, String name) throws IOException {
        byte[] prefix = new byte[Long.BYTES];
        if (file.length() < prefix.length) {
            throw broken(name, "bytes=" + file.length() + " is too short for a header");
        }
        file.readFully(0, prefix, 0, prefix.length);
        int headerBytes = headerBytes(prefix, file.length(), name);
        byte[] json = new byte[headerBytes];
        file.readFully(prefix.length, json, 0, json.length);
        return parse(json, prefix.length + headerBytes, file.length(), name);
    }

    /**
     * The same at the beginning of a stream, which then stands at the first byte behind the header.
     *
     * @param fileBytes length of the whole file
     */
    public static Safetensors readHeader(InputStream in, long fileBytes, String name) throws IOException {
        byte[] prefix = in.readNBytes(Long.BYTES);
        if (prefix.length < Long.BYTES) {
            throw broken(name, "bytes=" + prefix.length + " is too short for a header");
        }
        int headerBytes = headerBytes(prefix, fileBytes, name);
        byte[] json = in.readNBytes(headerBytes);
        if (json.length < headerBytes) {
            throw broken(name, "header length=" + headerBytes + " bytes behind it=" + json.length);
        }
        return parse(json, prefix.length + headerBytes, fileBytes, name);
    }

    private static int headerBytes(byte[] prefix, long fileBytes, String name) {
        GitLfs.refusePointer(prefix, name);
        long headerBytes =
                ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > fileBytes - prefix.length) {
            throw broken(name, "header length=" + headerBytes + " file bytes=" + fileBytes);
        }
        return (int) headerBytes;
    }

    private static Safetensors parse(byte[] json, long dataStart, long fileBytes, String name) throws IOException {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw broken(name, "the header is not JSON");
        }
        if (!root.isObject()) {
            throw broken(name, "the header is not a JSON object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals("__metadata__")) {
                field.getValue()
                        .properties()
                        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
            } else {
                tensors.put(field.getKey(), tensor(field.getValue(), fileBytes - dataStart, name, field.getKey()));
            }
        }
        return new Safetensors(metadata, tensors, dataStart);
    }

    private static Tensor tensor(JsonNode entry, long dataBytes, String file, String name) {
        JsonNode offsets = entry.path("data_offsets");
        List<Long> shape = new ArrayList<>();
        entry.path("shape").forEach(dimension -> shape.add(dimension.asLong(-1)));
        Tensor tensor = new Tensor(
                entry.path("dtype").asText(),
                shape,
                offsets.path(0).asLong(-1),
                offsets.path(1).asLong(-1));
        boolean inside = tensor.begin() >= 0 && tensor.begin() <= tensor.end() && tensor.end() <= dataBytes;
        if (!inside || shape.stream().anyMatch(dimension -> dimension < 0)) {
            throw broken(
                    file,
                    "tensor " + name + " lies outside of the file: offsets=" + offsets + " data bytes=" + dataBytes);
        }
        requireLength(tensor, file, name);
        return tensor;
    }

    private static void requireLength(Tensor tensor, String file, String name) {
        long bytes = tensor.end() - tensor.begin();
        int width = elementBytes(tensor.dtype());
        BigInteger elements =
                tensor.shape().stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
        BigInteger expected = elements.multiply(BigInteger.valueOf(width));
        if (width > 0 && !expected.equals(BigInteger.valueOf(bytes))) {
            throw broken(
                    file,
                    "tensor " + name + " has another length than its shape: bytes=" + bytes + " dtype=" + tensor.dtype()
                            + " shape=" + tensor.shape());
        }
    }

    /** Bytes of one element, 0 for a dtype that Weft does not know. */
    private static int elementBytes(String dtype) {
        return switch (dtype) {
            case "F64", "I64", "U64" -> 8;
            case "F32", "I32", "U32" -> 4;
            case "F16", "BF16", "I16", "U16" -> 2;
            case "BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2" -> 1;
            default -> 0;
        };
    }

    private static WeftException broken(String file, String what) {
        return WeftException.invalidData(
                file + ": not a safetensors file: " + what, "the file is cut short or damaged; take another copy");
    }
}
