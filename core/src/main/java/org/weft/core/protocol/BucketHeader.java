package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.weft.core.lanes.TreeNode;

/**
 * What stands before the bytes of a pushed bucket. Little-endian, 36 bytes:
 *
 * <pre>
 *   0        4            8      12      16      20       24       28         32
 *   +--------+------------+------+-------+-------+--------+--------+----------+--------+
 *   | magic  | generation | step | level | index | bucket | length | checksum | zero   |
 *   +--------+------------+------+-------+-------+--------+--------+----------+--------+
 * </pre>
 *
 * @param node the lane tree's node whose sum this is
 * @param bucket index of the bucket
 * @param length elements that follow, 4 bytes each
 * @param checksum CRC32C of those bytes, taken in the worker's own buffer
 */
public record BucketHeader(int generation, int step, TreeNode node, int bucket, int length, int checksum) {
    public static final int BYTES = 36;
    private static final int MAGIC = 0x54464557; // "WEFT"

    /** CRC32C of a bucket's bytes, from the buffer's start to its capacity: the one checksum of pushes and pulls. */
    public static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate().clear());
        return (int) checksum.getValue();
    }

    public ByteBuffer encode() {
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .putInt(generation)
                .putInt(step)
                .putInt(node.level())
                .putInt(node.index())
                .putInt(bucket)
                .putInt(length)
                .putInt(checksum)
                .putInt(0)
                .flip();
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
        int generation = in.getInt();
        int step = in.getInt();
        TreeNode node = new TreeNode(in.getInt(), in.getInt());
        return new BucketHeader(generation, step, node, in.getInt(), in.getInt(), in.getInt());
    }
}
