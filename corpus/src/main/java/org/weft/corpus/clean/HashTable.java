package org.weft.corpus.clean;

import java.util.Arrays;

/**
 * Counts hashes, of words in a row or of lines, in open addressing: no objects, one array of keys and one of counts, used
 * again for each document. Of 64 bits nothing else is compared. For one thread.
 */
final class HashTable {
    private static final int LEAST = 1 << 6;
    private static final int KEPT = 1 << 20;

    private long[] keys = new long[LEAST];
    private int[] counts = new int[LEAST];
    private int mask;

    /** Empties the table and makes room for so many different hashes. */
    void clear(int most) {
        int size = Integer.highestOneBit(Math.max(LEAST, most) * 2 - 1) * 2;
        if (keys.length < size || keys.length > KEPT && size <= KEPT) {
            keys = new long[size];
            counts = new int[size];
        } else {
            Arrays.fill(counts, 0, size, 0);
        }
        mask = size - 1;
    }

    /** Counts a hash once more; how often it was counted before. */
    int add(long hash) {
        int at = (int) (hash ^ (hash >>> 32)) & mask;
        while (counts[at] != 0 && keys[at] != hash) {
            at = at + 1 & mask;
        }
        keys[at] = hash;
        return counts[at]++;
    }
}
