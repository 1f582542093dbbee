package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.weft.core.lanes.TreeNode;

/**
 * What stands before the bytes of a pushed bucket. Little-endian, 40 bytes:
 *
 * <pre>
 *   0        4            8      12      16      20       24       28         32       36
 *   +--------+------------+------+-------+-------+--------+--------+----------+--------+--------+
 *   | magic  | generation | step | level | index | bucket | length | checksum | codec  | crc32c |
 *   +--------+------------+------+-------+-------+--------+--------+----------+--------+--------+
 * </pre>
 *
 * <p>The codec's name is its word, first letter first and filled up with zero bytes; that of plain float32 is zero.
 * The last word is the CRC32C of all bytes before it.
 *
 * @param node the lane tree's node whose sum this is
 * @param bucket index of the bucket
 * @param length elements of the bucket
 * @param checksum CRC32C of the bytes that follow, taken in the worker's own buffer
 * @param codec name of the {@link BucketCodec} that they are to be decoded with
 */
public record BucketHeader(
        int generation, int step, TreeNode node, int bucket, int length, int checksum, String codec) {
    public static final int BYTES = 40;
    private static final int SEALED_BYTES = BYTES - Integer.BYTES;
    private static final int MAGIC = 0x54464557; // "WEFT"

    public BucketHeader {
        BucketCodec.requireName(codec);
    }

    /** Of plain float32. */
    public BucketHeader(int generation, int step, TreeNode node, int bucket, int length, int checksum) {
        this(generation, step, node, bucket, length, checksum, BucketCodec.F32.name());
    }

    /** CRC32C of a bucket's bytes, from the buffer's start to its capacity: the one checksum of pushes and pulls. */
    public static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate().clear());
        return (int) checksum.getValue();
    }

    public ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .putInt(generation)
                .putInt(step)
                .putInt(node.level())
                .putInt(node.index())
                .putInt(bucket)
                .putInt(length)
                .putInt(checksum)
                .putInt(codecWord());
        return bytes.putInt(checksum(bytes.slice(0, SEALED_BYTES))).flip();
    }

    private int codecWord() {
        int word = 0;
        for (int i = 0; i < codec.length() && !codec.equals(BucketCodec.F32.name()); i++) {
            word |= codec.charAt(i) << Byte.SIZE * i;
        }
        return word;
    }

    private static String codecName(int word) {
        StringBuilder name = new StringBuilder();
        for (int rest = word; rest != 0; rest >>>= Byte.SIZE) {
            name.append((char) (rest & 0xFF));
        }
        return word == 0 ? BucketCodec.F32.name() : name.toString();
    }

    /**
     * @throws IllegalArgumentException where the bytes are no such header
     */
    public static BucketHeader decode(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() != BYTES || in.getInt() != MAGIC) {
            throw new IllegalArgumentException(
                    "not a bucket header: bytes=" + bytes.remaining() + " expected=" + BYTES);
        }
        int actual = checksum(bytes.slice(bytes.position(), SEALED_BYTES));
        int expected = in.getInt(bytes.position() + SEALED_BYTES);
        if (actual != expected) {
            throw new IllegalArgumentException("damaged bucket header: crc32c=" + Integer.toHexString(actual)
                    + " expected=" + Integer.toHexString(expected));
        }
        int generation = in.getInt();
        int step = in.getInt();
        TreeNode node = new TreeNode(in.getInt(), in.getInt());
        return new BucketHeader(generation, step, node, in.getInt(), in.getInt(), in.getInt(), codecName(in.getInt()));
    }
}
