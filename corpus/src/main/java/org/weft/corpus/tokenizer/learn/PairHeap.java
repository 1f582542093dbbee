package org.weft.corpus.tokenizer.learn;

import java.util.Arrays;

/**
 * Pairs by the count that they had when they were put in: the most frequent first, of equally frequent ones that with the
 * smaller ids. A binary heap of numbers.
 */
final class PairHeap {
    private long[] counts = new long[1 << 11];
    private long[] pairs = new long[1 << 11];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long topCount() {
        return counts[0];
    }

    long topPair() {
        return pairs[0];
    }

    void add(long count, long pair) {
        if (size == counts.length) {
            counts = Arrays.copyOf(counts, 2 * size);
            pairs = Arrays.copyOf(pairs, 2 * size);
        }
        int at = size++;
        while (at > 0 && before(count, pair, (at - 1) / 2)) {
            int parent = (at - 1) / 2;
            counts[at] = counts[parent];
            pairs[at] = pairs[parent];
            at = parent;
        }
        counts[at] = count;
        pairs[at] = pair;
    }

    void removeTop() {
        size--;
        long count = counts[size];
        long pair = pairs[size];
        int at = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && before(counts[child + 1], pairs[child + 1], child)) {
                child++;
            }
            if (before(count, pair, child)) {
                break;
            }
            counts[at] = counts[child];
            pairs[at] = pairs[child];
            at = child;
            child = 2 * at + 1;
        }
        counts[at] = count;
        pairs[at] = pair;
    }

    private boolean before(long count, long pair, int other) {
        return count != counts[other] ? count > counts[other] : pair < pairs[other];
    }
}
