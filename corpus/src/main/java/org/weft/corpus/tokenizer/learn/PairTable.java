package org.weft.corpus.tokenizer.learn;

import java.util.Arrays;

/**
 * Pairs of neighbouring tokens, each with its count and the words in which it may occur. An open-addressing table without
 * boxed numbers: a large corpus has millions of pairs. A pair has a number from the first time it is counted on.
 */
final class PairTable {
    private static final int ABSENT = -1;

    private int[] slots = new int[1 << 12]; // number of a pair, or ABSENT
    private long[] pairs = new long[1 << 11];
    private long[] counts = new long[1 << 11];
    private int[][] words = new int[1 << 11][];
    private int[] sizes = new int[1 << 11]; // words of each
    private int size;

    PairTable() {
        Arrays.fill(slots, ABSENT);
    }

    static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    int size() {
        return size;
    }

    long pair(int number) {
        return pairs[number];
    }

    long count(int number) {
        return counts[number];
    }

    /** Words that held the pair at some time, in the order in which they were found; one may be there twice. */
    int[] words(int number) {
        return Arrays.copyOf(words[number], sizes[number]);
    }

    /** Number of a pair that has been counted. */
    int number(long pair) {
        return slots[slot(pair)];
    }

    /** Counts a pair of a word and gives its number. */
    int add(long pair, long count, int word) {
        int number = numbered(pair);
        counts[number] += count;
        int last = sizes[number] - 1;
        if (last < 0 || words[number][last] != word) {
            if (words[number] == null || last + 1 == words[number].length) {
                words[number] = last < 0 ? new int[1] : Arrays.copyOf(words[number], 2 * (last + 1));
            }
            words[number][last + 1] = word;
            sizes[number]++;
        }
        return number;
    }

    void subtract(long pair, long count) {
        counts[number(pair)] -= count;
    }

    /** Forgets where a pair occurred, for it occurs no more. */
    void clear(int number) {
        counts[number] = 0;
        words[number] = null;
        sizes[number] = 0;
    }

    private int numbered(long pair) {
        int slot = slot(pair);
        if (slots[slot] != ABSENT) {
            return slots[slot];
        }
        if (size == pairs.length) {
            grow();
            slot = slot(pair);
        }
        slots[slot] = size;
        pairs[size] = pair;
        return size++;
    }

    private int slot(long pair) {
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & slots.length - 1;
        while (slots[slot] != ABSENT && pairs[slots[slot]] != pair) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void grow() {
        int larger = 2 * pairs.length;
        pairs = Arrays.copyOf(pairs, larger);
        counts = Arrays.copyOf(counts, larger);
        words = Arrays.copyOf(words, larger);
        sizes = Arrays.copyOf(sizes, larger);
        slots = new int[2 * larger];
        Arrays.fill(slots, ABSENT);
        for (int number = 0; number < size; number++) {
            slots[slot(pairs[number])] = number;
        }
    }
}
