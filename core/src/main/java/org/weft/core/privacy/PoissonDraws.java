package org.weft.core.privacy;

import java.io.Serializable;
import java.util.Arrays;
import org.weft.core.privacy.PrivacySeed.Purpose;

/**
 * Which examples a step takes: each by itself with the same probability, whatever other steps and other examples do. Drawn by the gaps
 * between those that are taken, which are geometric, so that a step costs as much as it takes. A function of the secret and the step.
 *
 * @param examples that there are
 * @param rate probability of each, above 0 and at most 1
 */
record PoissonDraws(PrivacySeed seed, long examples, double rate) implements Serializable {
    private static final double UNIT = 0x1.0p-53;
    private static final int WORDS = 256;

    /** Numbers of the examples of a step, rising; none of some steps. */
    long[] of(int step) {
        double denominator = StrictMath.log1p(-rate); // -infinity where every example is taken: gaps are 0 then
        long[] taken = new long[16];
        int count = 0;
        long[] words = new long[WORDS];
        long next = 0;
        for (long word = 0; ; word++) {
            int at = (int) (word % WORDS);
            if (at == 0) {
                seed.words(Purpose.DRAWS, step, word / PrivacySeed.BLOCK_WORDS, words);
            }
            double uniform = ((words[at] >>> 11) + 1) * UNIT; // (0, 1]
            next += (long) (StrictMath.log(uniform) / denominator);
            if (next >= examples) {
                return Arrays.copyOf(taken, count);
            }
            if (count == taken.length) {
                taken = Arrays.copyOf(taken, 2 * count);
            }
            taken[count++] = next++;
        }
    }
}
