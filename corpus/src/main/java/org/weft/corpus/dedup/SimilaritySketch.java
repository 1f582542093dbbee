package org.weft.corpus.dedup;

import java.util.Arrays;
import org.weft.core.SplitMix64;

/**
 * A set's sketch: two sets agree in each of its bins with the probability of their Jaccard, as with min-hashing, and more
 * evenly. Dahlgaard, Knudsen and Thorup, "Fast similarity sketching" (FOCS 2017): in round i each element falls into a bin
 * with a value, a bin keeps the least of the first round that reached it; bins that stay empty for as many rounds as there
 * are bins get the least of all elements. An element is hashed once where there are many, a small set a few hundred times in
 * all: not once a bin.
 *
 * <p>The hashes are SplitMix64's finalizer over element and round: 32 bits choose the bin, the other 32 are the value.
 */
final class SimilaritySketch {
    private static final long SEED = 0x57EF7D0DL;
    private static final long EMPTY = Long.MAX_VALUE;
    private static final long LOW = 0xFFFFFFFFL;

    private SimilaritySketch() {}

    /** Fills the bins, whose number is the sketch's size. The set has an element at least. */
    static void fill(int[] set, long[] bins) {
        Arrays.fill(bins, EMPTY);
        int empty = bins.length;
        for (int round = 0; empty > 0 && round < bins.length; round++) {
            empty -= scatter(set, bins, round);
        }
        for (int bin = 0; empty > 0; bin++) {
            if (bins[bin] == EMPTY) {
                bins[bin] = least(set, bins.length + bin);
                empty--;
            }
        }
    }

    /** How many bins were reached for the first time. */
    private static int scatter(int[] set, long[] bins, int round) {
        long start = SplitMix64.output(SEED, round);
        long high = (long) round << 32;
        int reached = 0;
        for (int element : set) {
            long hash = SplitMix64.mix(start + element);
            int bin = (int) ((hash >>> 32) * bins.length >>> 32);
            long value = high | hash & LOW;
            if (value < bins[bin]) {
                reached += bins[bin] == EMPTY ? 1 : 0;
                bins[bin] = value;
            }
        }
        return reached;
    }

    private static long least(int[] set, int round) {
        long start = SplitMix64.output(SEED, round);
        long least = EMPTY;
        for (int element : set) {
            least = Math.min(least, (long) round << 32 | SplitMix64.mix(start + element) & LOW);
        }
        return least;
    }
}
