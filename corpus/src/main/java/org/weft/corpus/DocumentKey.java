package org.weft.corpus;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.spark.Partitioner;
import org.weft.core.Sha256;

/**
 * What identifies a document: the first 16 bytes of the SHA-256 of its text. Equal texts have equal keys, and the
 * order of keys is the order of the corpus, so that neither depends on how the input was cut.
 *
 * <pre>
 *   bytes 0..7    which shard, and the order within it
 *   bytes 8..15   order, and whether the document is kept for validation, or in which fold
 *   byte  16      where a corpus tells sources or ids apart, which source
 *   bytes 17..32  where it tells ids apart, the first half of the id's SHA-256; a zero follows
 * </pre>
 */
public final class DocumentKey {
    static final int BYTES = 16;

    /** Unsigned byte by byte. */
    public static final Comparator<byte[]> ORDER = (Comparator<byte[]> & Serializable) Arrays::compareUnsigned;

    private static final double TWO_TO_53 = 0x1p53;

    private DocumentKey() {}

    public static byte[] of(byte[] text) {
        return Arrays.copyOf(Sha256.of(text), BYTES);
    }

    /** The key of a document of one of several sources, whose equal texts stand next to each other. */
    static byte[] of(byte[] key, int source) {
        byte[] longer = Arrays.copyOf(key, BYTES + 1);
        longer[BYTES] = (byte) source;
        return longer;
    }

    /** Of an id. The pieces of one long text have a key that those of another text with the same id have not. */
    static byte[] ofId(String id, byte[] whole) {
        byte[] plain = of(id.getBytes(StandardCharsets.UTF_8));
        return whole == null ? plain : ofPiece(plain, whole);
    }

    /** Of the pieces of a text, by the key of its id and what tells the text. */
    static byte[] ofPiece(byte[] id, byte[] whole) {
        byte[] both = Arrays.copyOf(id, 2 * BYTES);
        System.arraycopy(whole, 0, both, BYTES, BYTES);
        return of(both);
    }

    /** The same of a document that has an id, of which {@link #ofId} was made. */
    static byte[] of(byte[] key, int source, byte[] id) {
        byte[] longer = Arrays.copyOf(of(key, source), BYTES + 1 + BYTES);
        System.arraycopy(id, 0, longer, BYTES + 1, BYTES);
        return longer;
    }

    /** Which source the document is of; 0 where they are not told apart. */
    static int source(byte[] key) {
        return key.length > BYTES ? key[BYTES] & 0xFF : 0;
    }

    /** Whether the document belongs to validation, which keeps {@code fraction} of all. */
    public static boolean isValidation(byte[] key, double fraction) {
        return position(key) < fraction;
    }

    /** Which of {@code folds} parts of all documents the document belongs to, from 0. */
    public static int fold(byte[] key, int folds) {
        return (int) (position(key) * folds);
    }

    /** Uniform in [0, 1). */
    private static double position(byte[] key) {
        return (ByteBuffer.wrap(key).getLong(8) >>> 11) / TWO_TO_53;
    }

    /** Which of {@code shards} equal ranges of hashes the key is in. */
    static int shard(byte[] key, int shards) {
        long high = ByteBuffer.wrap(key).getInt(0) & 0xFFFFFFFFL;
        return (int) (high * shards >>> 32);
    }

    /** Gives each shard a range of hashes: shard after shard, keys ascend. */
    public static final class Shards extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int count;

        public Shards(int count) {
            this.count = count;
        }

        @Override
        public int numPartitions() {
            return count;
        }

        @Override
        public int getPartition(Object key) {
            return shard((byte[]) key, count);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Shards shards && shards.count == count;
        }

        @Override
        public int hashCode() {
            return count;
        }
    }
}
