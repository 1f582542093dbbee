package org.weft.corpus.tokenizer.bpe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Ids of byte strings met before, in a table of fixed size that no hit allocates for. Owned by one thread.
 *
 * <pre>
 * entry (4 longs): bytes 0 to 7 | bytes 8 to 14, kind and length above | count, ids 0 to 2 | ids 3 to 5
 * bucket: two entries, the one that was asked for last first: what comes once never takes its place
 * ids: 20 bits each; the count 4 bits
 * </pre>
 */
final class TokenCache {
    /** Longest key, in bytes. */
    static final int MOST_BYTES = 15;

    /** Most ids that a key can have. */
    static final int MOST_IDS = 6;

    /** Ids are below. */
    static final int ID_LIMIT = 1 << 20;

    /** How many bytes behind a key's first are read. */
    static final int READ_BYTES = 16;

    /** Added to a key's second half: what it has apart from other uses of the same bytes. */
    static final long PART = 1L << 63;

    static final int NONE = -1;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int ENTRY = 4;
    private static final int BUCKET = 2 * ENTRY;
    private static final int COUNT_BITS = 4;
    private static final int ID_BITS = 20;
    private static final long ID = ID_LIMIT - 1;

    private final long[] low = new long[READ_BYTES]; // masks of a key's first half, by its length
    private final long[] high = new long[READ_BYTES];
    private final long[] lengths = new long[READ_BYTES];
    private final long[] entries;
    private final int shift;

    /** @param bits of the number of buckets, 64 bytes each */
    TokenCache(int bits) {
        entries = new long[BUCKET << bits];
        shift = Long.SIZE - bits;
        for (int length = 0; length < READ_BYTES; length++) {
            low[length] = length >= 8 ? -1 : (1L << 8 * length) - 1;
            high[length] = length <= 8 ? 0 : (1L << 8 * (length - 8)) - 1;
            lengths[length] = (long) length << 56;
        }
    }

    /** First half of a key; {@link #READ_BYTES} can be read from {@code at}. */
    long first(byte[] text, int at, int length) {
        return (long) LONGS.get(text, at) & low[length];
    }

    /** Second half of a key. */
    long second(byte[] text, int at, int length) {
        return (long) LONGS.get(text, at + 8) & high[length] | lengths[length];
    }

    private int bucket(long first, long second) {
        long mixed = (first ^ second * 0xC2B2AE3D27D4EB4FL) * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        return (int) (mixed * 0xD6E8FEB86659FD93L >>> shift) * BUCKET;
    }

    /** Where a key's ids are; {@link #NONE} where they are not. */
    int find(long first, long second) {
        long[] all = entries;
        int at = bucket(first, second);
        if (all[at] == first && all[at + 1] == second) {
            return at + 2;
        }
        if (all[at + ENTRY] == first && all[at + ENTRY + 1] == second) {
            swap(at);
            return at + 2;
        }
        return NONE;
    }

    private void swap(int bucket) {
        for (int i = bucket; i < bucket + ENTRY; i++) {
            long kept = entries[i];
            entries[i] = entries[i + ENTRY];
            entries[i + ENTRY] = kept;
        }
    }

    /**
     * Writes the ids that were found.
     *
     * @param ids with room for {@link #MOST_IDS} behind {@code size}
     * @return the size with them
     */
    int write(int found, int[] ids, int size) {
        long head = entries[found];
        int count = (int) head & (1 << COUNT_BITS) - 1;
        ids[size] = (int) (head >>> COUNT_BITS & ID);
        ids[size + 1] = (int) (head >>> COUNT_BITS + ID_BITS & ID);
        ids[size + 2] = (int) (head >>> COUNT_BITS + 2 * ID_BITS);
        if (count > 3) {
            long tail = entries[found + 1];
            ids[size + 3] = (int) (tail & ID);
            ids[size + 4] = (int) (tail >>> ID_BITS & ID);
            ids[size + 5] = (int) (tail >>> 2 * ID_BITS & ID);
        }
        return size + count;
    }

    /** Keeps a key's ids, in the place that was not asked for last. Those with more than {@link #MOST_IDS} are not kept. */
    void put(long first, long second, int[] ids, int from, int to) {
        if (to - from > MOST_IDS) {
            return;
        }
        long head = to - from;
        long tail = 0;
        for (int i = from; i < to; i++) {
            if (i - from < 3) {
                head |= (long) ids[i] << COUNT_BITS + ID_BITS * (i - from);
            } else {
                tail |= (long) ids[i] << ID_BITS * (i - from - 3);
            }
        }
        int at = bucket(first, second) + ENTRY;
        entries[at] = first;
        entries[at + 1] = second;
        entries[at + 2] = head;
        entries[at + 3] = tail;
    }
}
