package org.weft.monitoring.tensorboard;

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
import java.util.zip.CRC32C;

/** Reads event files without anything of those who write them: frames, checksums, fields of messages. */
final class Events {
    private Events() {}

    /** A message's fields by number: numbers as Long, Double or Float, everything else as bytes; of a repeated one a list. */
    record Message(Map<Integer, List<Object>> fields) {
        Object one(int field) {
            return fields.get(field).get(0);
        }

        String text(int field) {
            return new String((byte[]) one(field), StandardCharsets.UTF_8);
        }

        Message message(int field) {
            return parse((byte[]) one(field));
        }

        List<Message> messages(int field) {
            return fields.getOrDefault(field, List.of()).stream()
                    .map(bytes -> parse((byte[]) bytes))
                    .toList();
        }

        boolean has(int field) {
            return fields.containsKey(field);
        }
    }

    static List<Message> of(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Message> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] head = new byte[8];
            bytes.get(head);
            require(bytes.getInt(), head);
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            bytes.get(data);
            require(bytes.getInt(), data);
            events.add(parse(data));
        }
        return events;
    }

    private static void require(int masked, byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        long value = crc.getValue();
        long expected = ((value >>> 15 | value << 17) + 0xa282ead8L) & 0xffffffffL;
        if (expected != (masked & 0xffffffffL)) {
            throw new AssertionError("checksum: " + Long.toHexString(expected));
        }
    }

    static Message parse(byte[] data) {
        ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, List<Object>> fields = new LinkedHashMap<>();
        while (bytes.hasRemaining()) {
            long tag = varint(bytes);
            Object value =
                    switch ((int) (tag & 7)) {
                        case 0 -> varint(bytes);
                        case 1 -> bytes.getDouble();
                        case 2 -> {
                            byte[] inner = new byte[(int) varint(bytes)];
                            bytes.get(inner);
                            yield inner;
                        }
                        case 5 -> bytes.getFloat();
                        default -> throw new AssertionError("wire type " + (tag & 7));
                    };
            fields.computeIfAbsent((int) (tag >>> 3), field -> new ArrayList<>())
                    .add(value);
        }
        return new Message(fields);
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
