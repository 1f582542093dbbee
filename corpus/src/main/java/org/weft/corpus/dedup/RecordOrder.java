package org.weft.corpus.dedup;

import java.util.Arrays;

/**
 * The order of packed records, unsigned byte by byte: a radix sort by eight bytes, within what is equal there by the next
 * eight, and so on. Takes 24 bytes a record.
 */
final class RecordOrder {
    private static final int FEW = 40;
    private static final int RADIX = 256;

    private final byte[] records;
    private final int width;
    private final int count;
    private final int[] order;
    private long[] words;
    private long[] otherWords;
    private int[] otherOrder;

    RecordOrder(byte[] records, int count, int width) {
        this.records = records;
        this.count = count;
        this.width = width;
        this.order = new int[count];
        this.words = new long[count];
        this.otherWords = new long[count];
        this.otherOrder = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i * width;
        }
        sort(0, count, 0);
        words = otherWords = null;
        otherOrder = null;
    }

    int count() {
        return count;
    }

    int width() {
        return width;
    }

    byte[] records() {
        return records;
    }

    /** Where the i-th smallest record begins. */
    int offset(int i) {
        return order[i];
    }

    /** Sorts a range whose records are equal before some byte. */
    private void sort(int from, int to, int at) {
        if (to - from < 2 || at >= width) {
            return;
        }
        if (to - from <= FEW) {
            insertionSort(from, to, at);
            return;
        }
        for (int i = from; i < to; i++) {
            words[i] = word(order[i] + at, Math.min(Long.BYTES, width - at));
        }
        radixSort(from, to);
        int begin = from;
        while (begin < to) {
            long word = words[begin];
            int end = begin + 1;
            while (end < to && words[end] == word) {
                end++;
            }
            sort(begin, end, at + Long.BYTES);
            begin = end;
        }
    }

    private long word(int offset, int bytes) {
        if (bytes == Long.BYTES) {
            return (long) Nodes.LONG.get(records, offset);
        }
        long word = 0;
        for (int i = 0; i < bytes; i++) {
            word = word << 8 | records[offset + i] & 0xFF;
        }
        return word;
    }

    private void insertionSort(int from, int to, int at) {
        for (int i = from + 1; i < to; i++) {
            int moved = order[i];
            int j = i - 1;
            while (j >= from && compare(order[j], moved, at) > 0) {
                order[j + 1] = order[j];
                j--;
            }
            order[j + 1] = moved;
        }
    }

    private int compare(int a, int b, int at) {
        return Arrays.compareUnsigned(records, a + at, a + width, records, b + at, b + width);
    }

    private void radixSort(int from, int to) {
        int[] starts = new int[RADIX];
        for (int shift = 0; shift < Long.SIZE; shift += 8) {
            Arrays.fill(starts, 0);
            for (int i = from; i < to; i++) {
                starts[(int) (words[i] >>> shift) & RADIX - 1]++;
            }
            if (starts[(int) (words[from] >>> shift) & RADIX - 1] == to - from) {
                continue;
            }
            int at = from;
            for (int digit = 0; digit < RADIX; digit++) {
                int digits = starts[digit];
                starts[digit] = at;
                at += digits;
            }
            for (int i = from; i < to; i++) {
                int target = starts[(int) (words[i] >>> shift) & RADIX - 1]++;
                otherWords[target] = words[i];
                otherOrder[target] = order[i];
            }
            System.arraycopy(otherWords, from, words, from, to - from);
            System.arraycopy(otherOrder, from, order, from, to - from);
        }
    }
}
