package org.weft.engine.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.weft.core.SplitMix64;

/**
 * Chooses the tokens of one text: repetition penalty (Keskar et al. 2019, CTRL, section 4.1), bias, temperature, top-k, top-p
 * (Holtzman et al. 2020), then one draw. Draw n is a function of (seed, n) alone; tokens of equal logits are ordered by
 * their id. Not shared between threads, nor between texts: it remembers which tokens its text holds.
 *
 * <p>V vocabulary.
 */
public final class Sampler {
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
        checkFinite(logits);
        boolean penalized = options.repetitionPenalty() != SamplingOptions.NO_PENALTY;
        float[] adjusted = penalized ? penalize(logits) : logits;
        if (!options.bias().isNone()) {
            adjusted = penalized ? adjusted : logits.clone();
            options.bias().addTo(adjusted, chosen);
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
        int[] tokens = candidates(logits);
        double[] weights = new double[tokens.length];
        double largest = logits[tokens[0]];
        double total = 0;
        for (int i = 0; i < tokens.length; i++) {
            weights[i] = Math.exp((logits[tokens[i]] - largest) / options.temperature());
            total += weights[i];
        }
        int kept = nucleus(weights, total);
        double keptTotal = 0;
        for (int i = 0; i < kept; i++) {
            keptTotal += weights[i];
        }
        double at = SplitMix64.uniform(start, draws++) * keptTotal;
        for (int i = 0; i < kept; i++) {
            at -= weights[i];
            if (at < 0) {
                return tokens[i];
            }
        }
        while (kept > 1 && weights[kept - 1] == 0) {
            kept--; // Rounding left a little over: it is the last one's that may be chosen at all.
        }
        return tokens[kept - 1];
    }

    /** The tokens that top-k keeps, the most likely first. */
    private int[] candidates(float[] logits) {
        int count = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
        // The sign-corrected bits of a float order as the float does; ties go to the smaller id.
        long[] keys = new long[logits.length];
        for (int token = 0; token < logits.length; token++) {
            int bits = Float.floatToIntBits(logits[token] + 0.0f);
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            keys[token] = ((long) ~ordered << 32) | token;
        }
        Arrays.sort(keys);
        return IntStream.range(0, count).map(i -> (int) keys[i]).toArray();
    }

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
        return weights.length;
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
