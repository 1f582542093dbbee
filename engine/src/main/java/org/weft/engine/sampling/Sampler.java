package org.weft.engine.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.weft.core.SplitMix64;

/**
 * Chooses the tokens of one text: repetition penalty (Keskar et al. 2019, CTRL, section 4.1), bias, temperature, top-k, top-p
 * (Holtzman et al. 2020), then one draw. Draw n is a function of (seed, n) alone; tokens of equal logits are ordered by
 * their id. Not shared between threads, nor between texts: it remembers which tokens its text holds.
 *
 * <p>V vocabulary.
 */
public final class Sampler {
    /** In place of a token, where none may follow. */
    public static final int NONE = -1;

    /** Tokens that are sorted before the others are looked at. */
    private static final int OFTEN_ENOUGH = 256;

    private final SamplingOptions options;
    private final long start; // of the sequence of draws
    private final BitSet seen = new BitSet();
    private final Map<Integer, Integer> chosen = new HashMap<>(); // how often each token was; empty where no bias asks
    private long draws;

    public Sampler(SamplingOptions options) {
        this.options = options;
        this.start = SplitMix64.start(options.seed());
    }

    /** Tokens that the text begins with: the penalty is theirs too. */
    public void begin(int[] prompt) {
        for (int token : prompt) {
            seen.set(token);
        }
    }

    /**
     * The next token's id.
     *
     * @param logits (V), not changed
     */
    public int next(float[] logits) {
        return next(logits, null);
    }

    /**
     * The next token's id among those that may follow.
     *
     * @param logits (V), not changed
     * @param constraint null where all may
     * @return {@link #NONE} where none may
     */
    public int next(float[] logits, TokenConstraint constraint) {
        checkFinite(logits);
        boolean penalized = options.repetitionPenalty() != SamplingOptions.NO_PENALTY;
        float[] adjusted = penalized ? penalize(logits) : logits;
        if (!options.bias().isNone()) {
            adjusted = penalized ? adjusted : logits.clone();
            options.bias().addTo(adjusted, chosen);
        }
        if (constraint != null) {
            adjusted = adjusted == logits ? logits.clone() : adjusted;
            constraint.restrict(adjusted);
            if (adjusted[mostLikely(adjusted)] == Float.NEGATIVE_INFINITY) {
                return NONE;
            }
        }
        int token = choose(adjusted);
        seen.set(token);
        if (!options.bias().isNone()) {
            chosen.merge(token, 1, Integer::sum);
        }
        return token;
    }

    /**
     * The logits of tokens that the text holds made smaller: positive ones divided, negative ones multiplied. However
     * often a token came, it pays once; the paper divides all, which would favour a negative one.
     */
    private float[] penalize(float[] logits) {
        float[] penalized = logits.clone(); // (V)
        float penalty = (float) options.repetitionPenalty();
        for (int token = seen.nextSetBit(0); token >= 0 && token < logits.length; token = seen.nextSetBit(token + 1)) {
            float logit = logits[token];
            penalized[token] = logit > 0 ? logit / penalty : logit * penalty;
        }
        return penalized;
    }

    private int choose(float[] logits) {
        if (options.temperature() == 0) {
            draws++;
            return mostLikely(logits);
        }
        double draw = SplitMix64.uniform(start, draws++);
        int candidates = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
        long[] keys = keys(logits);
        if (candidates == logits.length && candidates > OFTEN_ENOUGH) {
            sortSmallest(keys, OFTEN_ENOUGH);
            int token = drawn(logits, keys, OFTEN_ENOUGH, draw);
            if (token != NONE) {
                return token;
            }
        }
        sortSmallest(keys, candidates);
        long[] all = candidates == keys.length ? keys : Arrays.copyOf(keys, candidates);
        return drawn(logits, all, candidates, draw);
    }

    /**
     * The token that a draw falls on.
     *
     * @param keys of the candidates
     * @param sorted so many of the most likely stand first, in their order
     * @return {@link #NONE} where those do not tell
     */
    private int drawn(float[] logits, long[] keys, int sorted, double draw) {
        double[] weights = new double[sorted];
        double largest = logits[(int) keys[0]];
        double total = 0;
        for (int i = 0; i < sorted; i++) {
            weights[i] = weight(logits[(int) keys[i]], largest);
            total += weights[i];
        }
        for (int i = sorted; i < keys.length; i++) {
            total += weight(logits[(int) keys[i]], largest);
        }
        boolean whole = sorted == keys.length;
        int kept = nucleus(weights, total);
        if (kept > sorted && !whole) {
            return NONE;
        }
        kept = Math.min(kept, sorted);
        double keptTotal = options.topP() == 1 ? total : 0;
        for (int i = 0; i < kept && options.topP() != 1; i++) {
            keptTotal += weights[i];
        }
        double at = draw * keptTotal;
        for (int i = 0; i < kept; i++) {
            at -= weights[i];
            if (at < 0) {
                return (int) keys[i];
            }
        }
        if (!whole && options.topP() == 1) {
            return NONE;
        }
        while (kept > 1 && weights[kept - 1] == 0) {
            kept--; // Rounding left a little over: it is the last one's that may be chosen at all.
        }
        return (int) keys[kept - 1];
    }

    private double weight(float logit, double largest) {
        return Math.exp((logit - largest) / options.temperature());
    }

    /** Of each token one that orders as its logit does, the largest first; ties go to the smaller id, which is its lower half. */
    private static long[] keys(float[] logits) {
        long[] keys = new long[logits.length];
        for (int token = 0; token < logits.length; token++) {
            int bits = Float.floatToIntBits(
                    logits[token] + 0.0f); // The sign-corrected bits of a float order as the float does.
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            keys[token] = ((long) ~ordered << 32) | token;
        }
        return keys;
    }

    /** Puts the smallest keys first, in their order, without sorting the others: most draws fall on one of a few (Hoare 1961). */
    private static void sortSmallest(long[] keys, int count) {
        int from = 0;
        int to = keys.length - 1;
        while (from < to && count < keys.length) {
            long pivot = keys[(from + to) >>> 1];
            int i = from;
            int j = to;
            while (i <= j) {
                while (keys[i] < pivot) {
                    i++;
                }
                while (keys[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    long key = keys[i];
                    keys[i++] = keys[j];
                    keys[j--] = key;
                }
            }
            if (count - 1 <= j) {
                to = j;
            } else if (count - 1 >= i) {
                from = i;
            } else {
                break;
            }
        }
        Arrays.sort(keys, 0, count);
    }

    /** How many of the weights are kept; one more than there are where they do not reach what is asked for. */
    private int nucleus(double[] weights, double total) {
        if (options.topP() == 1) {
            return weights.length;
        }
        double reached = 0;
        for (int i = 0; i < weights.length; i++) {
            reached += weights[i];
            if (reached >= options.topP() * total) {
                return i + 1;
            }
        }
        return weights.length + 1;
    }

    private static int mostLikely(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }

    private static void checkFinite(float[] logits) {
        if (logits.length == 0) {
            throw new IllegalArgumentException("no logits to choose from");
        }
        for (int token = 0; token < logits.length; token++) {
            if (!Float.isFinite(logits[token])) {
                throw new IllegalArgumentException("logit of token " + token + " is " + logits[token]);
            }
        }
    }
}
