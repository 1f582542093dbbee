package org.weft.core.examples;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.weft.core.WeftException;

/**
 * The byte layout of a file of examples, versions 1 and 2. All numbers are little-endian.
 *
 * <pre>
 *        0       4       8      12      16              24              32
 *       +-------+-------+-------+-------+---------------+---------------+
 *    0  | magic WEFTEXM1|version| zero  | examples    n | index at    p |
 *       +-------+-------+-------+-------+---------------+---------------+
 *   32  | vocabulary hash, 16 bytes     | tokens        | zero          |
 *       +-------------------------------+---------------+---------------+
 *   64  | n records                                                     |
 *       +---------------------------------------------------------------+
 *    p  | n index entries: u64 position, u32 tokens, f64 weight         |
 *       +-------+-------------------------------------------------------+
 *       | CRC32C|  of header and index
 *       +-------+
 *
 *   record: u32 tokens t | u32 second segment | u32 has targets | i32 labels k or -1 | f64 weight
 *           | t tokens, u32 | t targets, i32, where it has them | k labels, f32 | CRC32C of the record
 * </pre>
 *
 * Where rows became several examples each, as long passages do, the file is of version 2: the highest bit of an index entry's
 * number of tokens says that the example is of the same row as the one before it. All others are of version 1.
 *
 * <p>Every byte is under a checksum that is checked before use: a reader's start costs the index, a read one record. The
 * vocabulary hash is the first 16 bytes of the SHA-256 of {@code tokenizer.json}.
 */
public final class ExampleFileFormat {
    public static final String MAGIC = "WEFTEXM1";
    public static final int VERSION = 1;
    /** Of a file that tells which examples are of one row. */
    public static final int ROWS_VERSION = 2;

    /** In an index entry's number of tokens. */
    static final int SAME_ROW = 1 << 31;

    /** How files of examples end. */
    public static final String SUFFIX = ".examples";

    public static final int VERSION_OFFSET = 8;
    public static final int COUNT_OFFSET = 16;
    public static final int INDEX_OFFSET = 24;
    public static final int VOCABULARY_OFFSET = 32;
    public static final int VOCABULARY_BYTES = 16;
    public static final int TOKENS_OFFSET = 48;
    public static final int HEADER_BYTES = 64;
    public static final int ENTRY_BYTES = 20;
    public static final int CHECKSUM_BYTES = 4;

    private static final int RECORD_HEAD_BYTES = 24;
    private static final int NO_LABELS = -1;
    private static final String AGAIN = "the file is damaged: remove the directory and start again";

    /**
     * What a file says of itself.
     *
     * @param version which of the layouts it has
     * @param vocabulary the vocabulary hash in hexadecimal, 32 digits
     */
    public record Header(int version, long examples, long indexPosition, String vocabulary, long tokens) {

        /** Bytes of the index and its checksum. */
        long tailBytes() {
            return examples * ENTRY_BYTES + CHECKSUM_BYTES;
        }

        /** Bytes of the whole file. */
        public long fileBytes() {
            return indexPosition + tailBytes();
        }
    }

    private ExampleFileFormat() {}

    /** The vocabulary hash for a tokenizer, from the SHA-256 of its file in hexadecimal. */
    public static String vocabulary(String tokenizerSha256) {
        return tokenizerSha256.substring(0, 2 * VOCABULARY_BYTES);
    }

    /** The 64 bytes of a header. */
    public static byte[] encode(Header header) {
        ByteBuffer buffer = allocate(HEADER_BYTES);
        buffer.put(MAGIC.getBytes(StandardCharsets.US_ASCII));
        buffer.putInt(header.version()).putInt(0);
        buffer.putLong(header.examples()).putLong(header.indexPosition());
        buffer.put(HexFormat.of().parseHex(header.vocabulary()), 0, VOCABULARY_BYTES);
        buffer.putLong(header.tokens());
        return buffer.array();
    }

    /**
     * Reads a header and checks all that can be checked without reading on.
     *
     * @param bytes the first 64 bytes
     * @param file names the file in errors
     * @param fileBytes its length
     */
    public static Header decode(byte[] bytes, String file, long fileBytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (!new String(bytes, 0, VERSION_OFFSET, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
            throw WeftException.invalidData("not a file of examples: file=" + file + " magic expected=" + MAGIC, AGAIN);
        }
        int version = buffer.getInt(VERSION_OFFSET);
        if (version != VERSION && version != ROWS_VERSION) {
            throw WeftException.invalidData(
                    "examples of another version: file=" + file + " expected=" + ROWS_VERSION + " actual=" + version,
                    "remove the directory and encode the data set with this version of Weft");
        }
        long examples = buffer.getLong(COUNT_OFFSET);
        long index = buffer.getLong(INDEX_OFFSET);
        String vocabulary = HexFormat.of().formatHex(bytes, VOCABULARY_OFFSET, VOCABULARY_OFFSET + VOCABULARY_BYTES);
        Header header = new Header(version, examples, index, vocabulary, buffer.getLong(TOKENS_OFFSET));
        if (examples < 0 || examples > fileBytes || index < HEADER_BYTES || index > fileBytes) {
            // Both fit an undamaged file; without this check the sum below could overflow.
            throw cutShort(file, "header says examples=" + examples + " index_position=" + index, fileBytes);
        }
        if (header.fileBytes() != fileBytes) {
            throw cutShort(file, "expected=" + header.fileBytes() + " bytes", fileBytes);
        }
        return header;
    }

    /** The bytes of a record, its checksum included. */
    public static byte[] encode(Example example) {
        int labels = example.labels() == null ? 0 : example.labels().length;
        int words = example.length() * (example.targets() == null ? 1 : 2) + labels;
        ByteBuffer buffer = allocate(RECORD_HEAD_BYTES + words * Integer.BYTES + CHECKSUM_BYTES);
        buffer.putInt(example.length()).putInt(example.secondSegment());
        buffer.putInt(example.targets() == null ? 0 : 1).putInt(example.labels() == null ? NO_LABELS : labels);
        buffer.putDouble(example.weight());
        putAll(buffer, example.tokens());
        if (example.targets() != null) {
            putAll(buffer, example.targets());
        }
        for (int k = 0; k < labels; k++) {
            buffer.putFloat(example.labels()[k]);
        }
        return buffer.putInt((int) crc(buffer.array(), buffer.position())).array();
    }

    /**
     * Reads a record.
     *
     * @param bytes all of it, its checksum included
     * @param where names file and example in errors
     */
    public static Example decode(byte[] bytes, String where) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.length - CHECKSUM_BYTES;
        if (end < RECORD_HEAD_BYTES) {
            throw WeftException.invalidData("example damaged: " + where + " bytes=" + bytes.length, AGAIN);
        }
        requireChecksum(where, buffer.getInt(end), crc(bytes, end));
        int length = buffer.getInt();
        int secondSegment = buffer.getInt();
        boolean targets = buffer.getInt() != 0;
        int labels = buffer.getInt();
        double weight = buffer.getDouble();
        return new Example(
                getAll(buffer, length),
                secondSegment,
                targets ? getAll(buffer, length) : null,
                labels == NO_LABELS ? null : getFloats(buffer, labels),
                weight);
    }

    static void requireChecksum(String where, int stored, long actual) {
        if (stored != (int) actual) {
            throw WeftException.invalidData(
                    String.format("examples damaged: %s crc32c expected=%08x actual=%08x", where, stored, actual),
                    AGAIN);
        }
    }

    static WeftException cutShort(String file, String expected, long actual) {
        return WeftException.invalidData(
                "examples of wrong length: file=" + file + " " + expected + " actual=" + actual + " bytes", AGAIN);
    }

    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    private static void putAll(ByteBuffer buffer, int[] values) {
        for (int value : values) {
            buffer.putInt(value);
        }
    }

    private static int[] getAll(ByteBuffer buffer, int count) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = buffer.getInt();
        }
        return values;
    }

    private static float[] getFloats(ByteBuffer buffer, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = buffer.getFloat();
        }
        return values;
    }
}
