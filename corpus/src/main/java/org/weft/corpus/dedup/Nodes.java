package org.weft.corpus.dedup;

import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import org.weft.core.SplitMix64;
import org.weft.core.config.DeduplicationConfig.Keep;

/**
 * A document as it stands in records: unsigned byte by byte, the document that stays before those that go.
 *
 * <pre>
 *   byte   0      the document's source: of several, what an earlier one has stays
 *   bytes  1..4   2^32 - 1 less the text's length, big-endian, or 0 where the key alone decides
 *   bytes  5..20  the document's key: the first bytes of what it is known by, before its source
 * </pre>
 */
final class Nodes {
    static final int RANK_BYTES = 1 + Integer.BYTES;
    static final int KEY_BYTES = 16;
    static final int BYTES = RANK_BYTES + KEY_BYTES;

    /** Unsigned byte by byte. */
    static final Comparator<byte[]> ORDER = (Comparator<byte[]> & Serializable) Arrays::compareUnsigned;

    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Nodes() {}

    static void put(byte[] key, int textBytes, Keep keep, byte[] record, int at) {
        if (key.length < KEY_BYTES) {
            throw new IllegalArgumentException(
                    "document key: bytes=" + key.length + " required=" + KEY_BYTES + " at least");
        }
        record[at] = key.length > KEY_BYTES ? key[KEY_BYTES] : 0;
        INT.set(record, at + 1, keep == Keep.LONGEST ? ~textBytes : 0);
        System.arraycopy(key, 0, record, at + RANK_BYTES, KEY_BYTES);
    }

    /** The key, without its source. */
    static byte[] key(byte[] record, int node) {
        return Arrays.copyOfRange(record, node + RANK_BYTES, node + BYTES);
    }

    static boolean same(byte[] a, int atA, byte[] b, int atB) {
        return compare(a, atA, b, atB) == 0;
    }

    static int compare(byte[] a, int atA, byte[] b, int atB) {
        return Arrays.compareUnsigned(a, atA, atA + BYTES, b, atB, atB + BYTES);
    }

    /** Which of some partitions a document's records are in. */
    static int partition(byte[] record, int node, int partitions) {
        return partition((long) LONG.get(record, node + RANK_BYTES), partitions);
    }

    /** Which of some partitions a hash is in. */
    static int partition(long hash, int partitions) {
        return (int) ((SplitMix64.mix(hash) >>> 32) * partitions >>> 32);
    }
}
