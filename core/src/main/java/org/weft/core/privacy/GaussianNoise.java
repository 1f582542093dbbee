package org.weft.core.privacy;

import java.io.Serializable;
import org.weft.core.privacy.PrivacySeed.Purpose;

/**
 * Noise of a step's gradient, normal and independent from element to element. An element's is a function of the secret, the step and its
 * index in the flat vector: any cut of the vector, on any machine, in any order, gives the same bits.
 *
 * <p>Elements 2j and 2j + 1 are the two values of one Box-Muller draw from block j; {@link StrictMath} gives the same last bit on every
 * processor.
 *
 * @param deviation its standard deviation
 */
record GaussianNoise(PrivacySeed seed, double deviation) implements Serializable {
    private static final double UNIT = 0x1.0p-53;
    /** Pairs drawn at once at most: 64 KiB of words. */
    private static final int PAIRS = 4096;

    /**
     * Adds it to elements of a gradient.
     *
     * @param offset index in the flat vector of the gradient's first element
     * @param length elements from there on
     */
    void add(int step, long offset, float[] gradient, int length) {
        int pairs = Math.min(PAIRS, length / 2 + 1);
        long[] words = new long[pairs * PrivacySeed.BLOCK_WORDS];
        long drawn = -1; // first pair in words
        for (int i = 0; i < length; ) {
            long pair = (offset + i) >>> 1;
            if (drawn < 0 || pair >= drawn + pairs) {
                drawn = pair;
                seed.words(Purpose.NOISE, step, pair, words);
            }
            int at = (int) (pair - drawn) * PrivacySeed.BLOCK_WORDS;
            double radius = deviation * StrictMath.sqrt(-2 * StrictMath.log(((words[at] >>> 11) + 1) * UNIT));
            double angle = 2 * Math.PI * ((words[at + 1] >>> 11) * UNIT);
            if (((offset + i) & 1) == 0) {
                gradient[i] = (float) (gradient[i] + radius * StrictMath.cos(angle));
                i++;
            }
            if (i < length && ((offset + i) & 1) == 1) {
                gradient[i] = (float) (gradient[i] + radius * StrictMath.sin(angle));
                i++;
            }
        }
    }
}
