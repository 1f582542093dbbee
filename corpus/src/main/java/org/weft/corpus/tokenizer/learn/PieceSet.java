package org.weft.corpus.tokenizer.learn;

import java.util.Arrays;

/**
 * Candidates for the pieces of a Unigram, sorted by their letters, each named by a place in the text where it stands.
 *
 * @param places where each piece stands, for one
 * @param lengths letters of each
 * @param scores natural logarithm of each probability
 */
record PieceSet(int[] places, byte[] lengths, double[] scores) {

    int size() {
        return places.length;
    }

    /** Those that are kept, in their order. */
    PieceSet kept(boolean[] keep) {
        int size = 0;
        for (boolean kept : keep) {
            size += kept ? 1 : 0;
        }
        PieceSet some = new PieceSet(new int[size], new byte[size], new double[size]);
        int to = 0;
        for (int piece = 0; piece < size(); piece++) {
            if (keep[piece]) {
                some.places[to] = places[piece];
                some.lengths[to] = lengths[piece];
                some.scores[to++] = scores[piece];
            }
        }
        return some;
    }

    /** By their places, and at one place by their lengths. */
    PieceSet sorted() {
        long[] keys = new long[size()];
        for (int piece = 0; piece < keys.length; piece++) {
            keys[piece] = ((long) places[piece] << 5 | lengths[piece]) << 27 | piece;
        }
        Arrays.sort(keys);
        PieceSet sorted = new PieceSet(new int[size()], new byte[size()], new double[size()]);
        for (int to = 0; to < keys.length; to++) {
            int piece = (int) (keys[to] & (1 << 27) - 1);
            sorted.places[to] = places[piece];
            sorted.lengths[to] = lengths[piece];
            sorted.scores[to] = scores[piece];
        }
        return sorted;
    }

    /**
     * Which are the best by a value: exactly {@code count} where there are as many, of equals the first; those that are
     * held always, and none whose value is negative infinity.
     */
    static boolean[] best(double[] values, boolean[] held, int count) {
        boolean[] keep = held.clone();
        int open = count;
        for (boolean one : held) {
            open -= one ? 1 : 0;
        }
        int[] candidates = new int[values.length];
        int size = 0;
        for (int piece = 0; piece < values.length; piece++) {
            if (!held[piece] && values[piece] > Double.NEGATIVE_INFINITY) {
                candidates[size++] = piece;
            }
        }
        if (size <= open) {
            for (int i = 0; i < size; i++) {
                keep[candidates[i]] = true;
            }
            return keep;
        }
        double[] sorted = new double[size];
        for (int i = 0; i < size; i++) {
            sorted[i] = values[candidates[i]];
        }
        Arrays.sort(sorted);
        double least = open <= 0 ? Double.POSITIVE_INFINITY : sorted[size - open];
        for (int i = 0; i < size; i++) {
            if (values[candidates[i]] > least) {
                keep[candidates[i]] = true;
                open--;
            }
        }
        for (int i = 0; i < size && open > 0; i++) {
            if (values[candidates[i]] == least) {
                keep[candidates[i]] = true;
                open--;
            }
        }
        return keep;
    }
}
