package org.weft.corpus.tokenizer.bpe;

import java.util.Arrays;

/** Longs by longs, by open addressing. Keys and values are not negative. Safe for use by many threads once it is filled. */
final class LongTable {
    /** The value of a key that is not there: greater than each other. */
    static final long NONE = Long.MAX_VALUE;

    private static final long EMPTY = -1;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private long[] slots; // key, value, key, value
    private int shift;
    private int size;

    LongTable(int expected) {
        allocate(Math.max(16, Integer.highestOneBit(Math.max(1, expected)) << 2));
    }

    private void allocate(int pairs) {
        slots = new long[2 * pairs];
        Arrays.fill(slots, EMPTY);
        shift = Long.numberOfLeadingZeros(pairs) + 1;
    }

    private int slot(long key) {
        return (int) (key * MIX >>> shift) << 1;
    }

    /** {@link #NONE} where there is none. */
    long get(long key) {
        long[] all = slots;
        int at = slot(key);
        while (true) {
            long found = all[at];
            if (found == key) {
                return all[at + 1];
            }
            if (found == EMPTY) {
                return NONE;
            }
            at = at + 2 & all.length - 1;
        }
    }

    boolean has(long key) {
        return get(key) != NONE;
    }

    /** Takes the place of what the key had. */
    void put(long key, long value) {
        if (4 * size >= slots.length) { // one of two pairs is taken
            grow();
        }
        int at = slot(key);
        while (slots[at] != key && slots[at] != EMPTY) {
            at = at + 2 & slots.length - 1;
        }
        size += slots[at] == EMPTY ? 1 : 0;
        slots[at] = key;
        slots[at + 1] = value;
    }

    private void grow() {
        long[] old = slots;
        allocate(old.length);
        size = 0;
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != EMPTY) {
                put(old[i], old[i + 1]);
            }
        }
    }
}
