package org.weft.corpus.dedup;

import java.io.Serializable;
import org.weft.core.SplitMix64;
import org.weft.core.config.DeduplicationConfig;

/**
 * How a sketch is cut: two documents are candidates where all rows of a band agree, which happens with probability 1 - (1 -
 * s^rows)^bands for a similarity of s.
 */
record Bands(int count, int rows) implements Serializable {
    /** What a similar pair that is missed weighs; a pair that is compared in vain weighs the rest of 1. */
    private static final double MISSED = 0.99;

    private static final int INTERVALS = 200;

    static Bands of(DeduplicationConfig config) {
        return config.bands() > 0
                ? new Bands(config.bands(), config.rows())
                : forThreshold(config.threshold(), config.permutations());
    }

    /**
     * The cut that has the least weighted area of what is missed above the threshold and compared in vain below it. As every
     * candidate is verified, a vain one costs time alone, and what is missed weighs 99 times as much.
     */
    static Bands forThreshold(double threshold, int bins) {
        Bands best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int rows = 1; rows <= bins; rows++) {
            Bands bands = new Bands(bins / rows, rows);
            double cost = MISSED * bands.area(threshold, 1, true) + (1 - MISSED) * bands.area(0, threshold, false);
            if (cost < least) {
                least = cost;
                best = bands;
            }
        }
        return best;
    }

    /** The probability that a pair of some similarity becomes a candidate. */
    double probability(double similarity) {
        return 1 - StrictMath.pow(1 - StrictMath.pow(similarity, rows), count);
    }

    private double area(double from, double to, boolean missed) {
        double width = (to - from) / INTERVALS;
        double sum = 0;
        for (int i = 0; i < INTERVALS; i++) {
            double probability = probability(from + (i + 0.5) * width);
            sum += missed ? 1 - probability : probability;
        }
        return sum * width;
    }

    /** Bins of the sketch. */
    int bins() {
        return count * rows;
    }

    /** A band's hash, 64 bits; of different bands never the same but by chance. */
    long hash(long[] bins, int band) {
        long hash = SplitMix64.mix(band + 1);
        for (int bin = band * rows; bin < (band + 1) * rows; bin++) {
            hash = SplitMix64.mix(hash + bins[bin]);
        }
        return hash;
    }
}
