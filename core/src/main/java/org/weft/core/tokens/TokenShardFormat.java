package org.weft.core.tokens;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.weft.core.WeftException;

/**
 * The byte layout of a token shard, version 1. All numbers are little-endian and unsigned.
 *
 * <pre>
 *        0       4       8      12      16              24              32
 *       +-------+-------+-------+-------+---------------+---------------+
 *    0  | magic WEFTTOK1|version| dtype | tokens      n | documents   d |
 *       +-------+-------+-------+-------+---------------+---------------+
 *   32  | vocabulary hash, 16 bytes     | reserved, 16 bytes, zero      |
 *       +-------------------------------+-------------------------------+
 *   64  | n tokens, 2 or 4 bytes each, as dtype (2 or 4) says           |
 *       +---------------------------------------------------------------+
 *       | d document starts, u64 each: index of a document's first token|
 *       +-------+-------------------------------------------------------+
 *       | CRC32C|  of every byte before it                              |
 *       +-------+
 * </pre>
 *
 * The vocabulary hash is the first 16 bytes of the SHA-256 of {@code tokenizer.json}.
 */
public final class TokenShardFormat {
    public static final String MAGIC = "WEFTTOK1";
    public static final int VERSION = 1;

    public static final int VERSION_OFFSET = 8;
    public static final int DTYPE_OFFSET = 12;
    public static final int TOKENS_OFFSET = 16;
    public static final int DOCUMENTS_OFFSET = 24;
    public static final int VOCABULARY_OFFSET = 32;
    public static final int VOCABULARY_BYTES = 16;
    public static final int HEADER_BYTES = 64;
    public static final int DOCUMENT_BYTES = 8;
    public static final int CHECKSUM_BYTES = 4;

    private static final String PREPARE_AGAIN = "the file is damaged: run prepare again";

    /**
     * What a shard says of itself.
     *
     * @param vocabulary the vocabulary hash in hexadecimal, 32 digits
     */
    public record Header(TokenType type, long tokens, long documents, String vocabulary) {

        /** Position of the first document start. */
        public long documentsPosition() {
            return HEADER_BYTES + tokens * type.bytes();
        }

        /** Position of the checksum. */
        public long checksumPosition() {
            return documentsPosition() + documents * DOCUMENT_BYTES;
        }

        /** Bytes of the whole shard. */
        public long shardBytes() {
            return checksumPosition() + CHECKSUM_BYTES;
        }
    }

    private TokenShardFormat() {}

    /** The vocabulary hash for a tokenizer, from the SHA-256 of its file in hexadecimal. */
    public static String vocabulary(String tokenizerSha256) {
        return tokenizerSha256.substring(0, 2 * VOCABULARY_BYTES);
    }

    /** The 64 bytes of a header. */
    public static byte[] encode(Header header) {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC.getBytes(StandardCharsets.US_ASCII));
        buffer.putInt(VERSION);
        buffer.putInt(header.type().bytes());
        buffer.putLong(header.tokens());
        buffer.putLong(header.documents());
        byte[] vocabulary = HexFormat.of().parseHex(header.vocabulary());
        if (vocabulary.length != VOCABULARY_BYTES) {
            throw new IllegalArgumentException(
                    "vocabulary hash: bytes=" + vocabulary.length + " expected=" + VOCABULARY_BYTES);
        }
        buffer.put(vocabulary);
        return buffer.array();
    }

    /**
     * Reads a header and checks all that can be checked without reading on.
     *
     * @param bytes the first 64 bytes
     * @param file names the shard in errors
     * @param fileBytes the file's length
     */
    public static Header decode(byte[] bytes, String file, long fileBytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        String magic = new String(bytes, 0, VERSION_OFFSET, StandardCharsets.ISO_8859_1);
        if (!magic.equals(MAGIC)) {
            throw WeftException.invalidData(
                    "not a token shard: file=" + file + " magic expected=" + MAGIC + " actual=" + printable(magic),
                    PREPARE_AGAIN);
        }
        int version = buffer.getInt(VERSION_OFFSET);
        if (version != VERSION) {
            throw WeftException.invalidData(
                    "token shard of another version: file=" + file + " expected=" + VERSION + " actual=" + version,
                    "run prepare with this version of Weft");
        }
        TokenType type = type(buffer.getInt(DTYPE_OFFSET), file);
        long tokens = buffer.getLong(TOKENS_OFFSET);
        long documents = buffer.getLong(DOCUMENTS_OFFSET);
        if (tokens < 0 || documents < 0 || tokens > fileBytes || documents > fileBytes) {
            // Both fit the file of an undamaged shard; without this check the sum below could overflow.
            throw cutShort(file, "header says tokens=" + tokens + " documents=" + documents, fileBytes);
        }
        String vocabulary = HexFormat.of().formatHex(bytes, VOCABULARY_OFFSET, VOCABULARY_OFFSET + VOCABULARY_BYTES);
        Header header = new Header(type, tokens, documents, vocabulary);
        if (header.shardBytes() != fileBytes) {
            throw cutShort(file, "expected=" + header.shardBytes() + " bytes", fileBytes);
        }
        return header;
    }

    static WeftException cutShort(String file, String expected, long actual) {
        return WeftException.invalidData(
                "token shard of wrong length: file=" + file + " " + expected + " actual=" + actual + " bytes",
                PREPARE_AGAIN);
    }

    static WeftException wrongChecksum(String file, long expected, long actual) {
        return WeftException.invalidData(
                "token shard damaged: file=" + file + " crc32c expected=" + checksum(expected) + " actual="
                        + checksum(actual),
                PREPARE_AGAIN);
    }

    /** A CRC32C as a manifest writes it. */
    public static String checksum(long crc) {
        return String.format("%08x", crc);
    }

    private static TokenType type(int code, String file) {
        for (TokenType type : TokenType.values()) {
            if (type.bytes() == code) {
                return type;
            }
        }
        throw WeftException.invalidData(
                "token shard of unknown dtype: file=" + file + " expected=2 or 4 actual=" + code, PREPARE_AGAIN);
    }

    private static String printable(String magic) {
        StringBuilder text = new StringBuilder();
        for (char c : magic.toCharArray()) {
            text.append(c > ' ' && c < 127 ? c : '.');
        }
        return text.toString();
    }
}
