package org.weft.corpus.tokenizer.bpe;

import java.util.Arrays;

/**
 * Merges the tokens of a piece of text: again and again the pair that was learnt first, of equal ones the leftmost. Few
 * tokens are looked through for it; of many a heap knows it, so that a run of n letters takes n log n. No objects a merge.
 * Owned by one thread.
 */
final class MergeLoop {
    private static final int FEW = 48;

    /** A run that is longer is rare, and its room is given back. */
    private static final int KEPT_ROOM = 1 << 16;

    private static final int GONE = -1;

    private final LongTable merges; // pair to rank << 32 | token
    private final long[] pairs = new long[FEW]; // of each token with the next one: rank << 32 | token
    private final PairHeap heap = new PairHeap();
    private int[] next = new int[0]; // of many tokens: where the next one stands that is left
    private int[] previous = new int[0];

    MergeLoop(LongTable merges) {
        this.merges = merges;
    }

    static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    /**
     * Merges in place.
     *
     * @return behind the last token that is left
     */
    int merge(int[] ids, int from, int to) {
        return to - from <= FEW ? mergeFew(ids, from, to) : mergeMany(ids, from, to);
    }

    private int mergeFew(int[] ids, int from, int to) {
        int last = to - from - 1;
        for (int i = 0; i < last; i++) {
            pairs[i] = merges.get(pair(ids[from + i], ids[from + i + 1]));
        }
        while (last > 0) {
            long best = LongTable.NONE;
            int at = 0;
            for (int i = 0; i < last; i++) {
                if (pairs[i] < best) {
                    best = pairs[i];
                    at = i;
                }
            }
            if (best == LongTable.NONE) {
                break;
            }
            ids[from + at] = (int) best;
            last--;
            for (int i = at + 1; i < last; i++) {
                ids[from + i] = ids[from + i + 1];
                pairs[i] = pairs[i + 1];
            }
            if (at > 0) {
                pairs[at - 1] = merges.get(pair(ids[from + at - 1], ids[from + at]));
            }
            if (at < last) {
                ids[from + last] = ids[from + last + 1];
                pairs[at] = merges.get(pair(ids[from + at], ids[from + at + 1]));
            }
        }
        return from + last + 1;
    }

    private int mergeMany(int[] ids, int from, int to) {
        int count = to - from;
        if (next.length < count) {
            next = new int[count];
            previous = new int[count];
        }
        heap.clear(count);
        for (int i = 0; i < count; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i + 1 < count) {
                heap.append(merges.get(pair(ids[from + i], ids[from + i + 1])), i);
            }
        }
        heap.order();
        while (!heap.isEmpty()) {
            long first = heap.poll();
            int at = PairHeap.place(first);
            if (ids[from + at] == GONE || next[at] == count) {
                continue;
            }
            long now = merges.get(pair(ids[from + at], ids[from + next[at]]));
            if (now == LongTable.NONE || PairHeap.rank(first) != (int) (now >>> 32)) {
                continue; // has been merged into something else since
            }
            join(ids, from, at, count, (int) now);
        }
        int end = compact(ids, from, count);
        if (count > KEPT_ROOM) {
            next = new int[0];
            previous = new int[0];
            heap.clear(0);
        }
        return end;
    }

    private void join(int[] ids, int from, int at, int count, int token) {
        int right = next[at];
        ids[from + at] = token;
        ids[from + right] = GONE;
        next[at] = next[right];
        if (next[at] < count) {
            previous[next[at]] = at;
            heap.add(merges.get(pair(token, ids[from + next[at]])), at);
        }
        if (previous[at] >= 0) {
            heap.add(merges.get(pair(ids[from + previous[at]], token)), previous[at]);
        }
    }

    private static int compact(int[] ids, int from, int count) {
        int end = from;
        for (int i = from; i < from + count; i++) {
            if (ids[i] != GONE) {
                ids[end++] = ids[i];
            }
        }
        return end;
    }

    /** Pairs by rank, those of one rank by place; of the table's value only the rank is kept. */
    private static final class PairHeap {
        private long[] entries = new long[0]; // rank << 32 | place
        private int size;

        void clear(int room) {
            size = 0;
            entries = room > entries.length || room == 0 ? new long[room] : entries;
        }

        static int place(long entry) {
            return (int) entry;
        }

        static int rank(long entry) {
            return (int) (entry >>> 32);
        }

        boolean isEmpty() {
            return size == 0;
        }

        /** Adds without order; {@link #order} is called before anything else. */
        void append(long merge, int place) {
            if (merge != LongTable.NONE) {
                entries[size++] = merge & ~0xFFFFFFFFL | place;
            }
        }

        void order() {
            for (int i = size / 2 - 1; i >= 0; i--) {
                sink(i);
            }
        }

        void add(long merge, int place) {
            if (merge == LongTable.NONE) {
                return;
            }
            if (size == entries.length) {
                entries = Arrays.copyOf(entries, size + size / 2 + 16);
            }
            long entry = merge & ~0xFFFFFFFFL | place;
            int at = size++;
            while (at > 0 && entries[at - 1 >> 1] > entry) {
                entries[at] = entries[at - 1 >> 1];
                at = at - 1 >> 1;
            }
            entries[at] = entry;
        }

        long poll() {
            long first = entries[0];
            entries[0] = entries[--size];
            sink(0);
            return first;
        }

        private void sink(int from) {
            long entry = entries[from];
            int at = from;
            for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
                child += child + 1 < size && entries[child + 1] < entries[child] ? 1 : 0;
                if (entries[child] >= entry) {
                    break;
                }
                entries[at] = entries[child];
                at = child;
            }
            entries[at] = entry;
        }
    }
}
