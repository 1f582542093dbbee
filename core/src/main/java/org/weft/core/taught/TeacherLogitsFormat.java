package org.weft.core.taught;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.weft.core.WeftException;

/**
 * The byte layout of a file of a teacher's logits, version 1. All numbers are little-endian.
 *
 * <pre>
 *        0       4       8      12      16      20      24      28      32
 *       +-------+-------+-------+-------+-------+-------+-------+-------+
 *    0  | magic WEFTTLG1|version| k     | T     | zero  | windows     n |
 *       +-------+-------+-------+-------+-------+-------+-------+-------+
 *   32  | CRC32C| n records
 *       +-------+
 *
 *   record: T times k ids, u32 | T times k logits, f32 | CRC32C of the record
 * </pre>
 *
 * At each of a window's T places stand the k likeliest next tokens, the likeliest first. Records are of one length, so that a window is
 * found by its number; each is checked before it is used.
 */
public final class TeacherLogitsFormat {
    public static final String MAGIC = "WEFTTLG1";
    public static final int VERSION = 1;
    public static final int HEADER_BYTES = 36;

    /** How such files end. */
    public static final String SUFFIX = ".logits";

    private static final int VERSION_OFFSET = 8;
    private static final int K_OFFSET = 12;
    private static final int CONTEXT_OFFSET = 16;
    private static final int COUNT_OFFSET = 24;
    private static final int CHECKSUM_OFFSET = 32;
    private static final int CHECKSUM_BYTES = 4;
    private static final String AGAIN = "the file is damaged: remove the directory, and run teacher-logits again";

    private TeacherLogitsFormat() {}

    /**
     * What a file says of itself.
     *
     * @param k tokens at each place
     * @param context T
     * @param windows n
     */
    public record Header(int k, int context, long windows) {

        /** Bytes of one window. */
        public int recordBytes() {
            return Math.multiplyExact(2 * Integer.BYTES, Math.multiplyExact(k, context)) + CHECKSUM_BYTES;
        }

        /** Where a window begins. */
        public long position(long window) {
            return HEADER_BYTES + window * recordBytes();
        }

        /** Bytes of the whole file. */
        public long fileBytes() {
            return position(windows);
        }
    }

    /** The bytes of a header. */
    public static byte[] encode(Header header) {
        ByteBuffer buffer = allocate(HEADER_BYTES);
        buffer.put(MAGIC.getBytes(StandardCharsets.US_ASCII)).putInt(VERSION);
        buffer.putInt(header.k()).putInt(header.context()).putInt(0).putLong(header.windows());
        buffer.putInt(checksum(buffer.array(), CHECKSUM_OFFSET));
        return buffer.array();
    }

    /**
     * Reads a header and checks it.
     *
     * @param bytes the first {@link #HEADER_BYTES}
     * @param file names the file in errors
     * @param fileBytes its length
     */
    public static Header decode(byte[] bytes, String file, long fileBytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (!new String(bytes, 0, VERSION_OFFSET, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
            throw WeftException.invalidData("not a file of logits: file=" + file + " magic expected=" + MAGIC, AGAIN);
        }
        int version = buffer.getInt(VERSION_OFFSET);
        if (version != VERSION) {
            throw WeftException.invalidData(
                    "logits of another version: file=" + file + " expected=" + VERSION + " actual=" + version,
                    "run teacher-logits with this version of Weft, into another directory");
        }
        int checksum = buffer.getInt(CHECKSUM_OFFSET);
        if (checksum != checksum(bytes, CHECKSUM_OFFSET)) {
            throw WeftException.invalidData("checksum of the header does not match: file=" + file, AGAIN);
        }
        Header header =
                new Header(buffer.getInt(K_OFFSET), buffer.getInt(CONTEXT_OFFSET), buffer.getLong(COUNT_OFFSET));
        if (header.fileBytes() != fileBytes) {
            throw WeftException.invalidData(
                    "file of logits is cut short: file=" + file + " bytes expected=" + header.fileBytes() + " actual="
                            + fileBytes,
                    AGAIN);
        }
        return header;
    }

    /**
     * The bytes of a window.
     *
     * @param ids (T, k)
     * @param logits (T, k)
     */
    public static byte[] encode(Header header, int[] ids, float[] logits) {
        ByteBuffer buffer = allocate(header.recordBytes());
        for (int id : ids) {
            buffer.putInt(id);
        }
        for (float logit : logits) {
            buffer.putFloat(logit);
        }
        buffer.putInt(checksum(buffer.array(), buffer.position()));
        return buffer.array();
    }

    /**
     * Reads a window, once its checksum is found right.
     *
     * @param file names the file in errors
     * @param window its number in the file
     * @param ids (B T, k), of which T k from {@code at} on are written
     * @param logits as ids
     */
    static void decode(byte[] record, String file, long window, int at, int[] ids, float[] logits) {
        ByteBuffer buffer = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int end = record.length - CHECKSUM_BYTES;
        if (buffer.getInt(end) != checksum(record, end)) {
            throw WeftException.invalidData(
                    "checksum of a window does not match: file=" + file + " window=" + window, AGAIN);
        }
        int count = end / (2 * Integer.BYTES);
        for (int i = 0; i < count; i++) {
            ids[at + i] = buffer.getInt();
        }
        for (int i = 0; i < count; i++) {
            logits[at + i] = buffer.getFloat();
        }
    }

    private static int checksum(byte[] bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, end);
        return (int) crc.getValue();
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
