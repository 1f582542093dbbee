package org.weft.engine.sampling;

import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

/**
 * How the next token is chosen from logits.
 *
 * @param temperature divides the logits; 0 takes the most likely token
 * @param topK keeps the k most likely tokens; 0 keeps all
 * @param topP keeps the fewest most likely tokens whose probability together reaches p; 1 keeps all
 * @param repetitionPenalty makes tokens that a text holds already less likely; 1 leaves them as they are
 * @param seed of the draws; the same seed and logits give the same tokens
 * @param bias what is added to logits
 */
public record SamplingOptions(
        double temperature, int topK, double topP, double repetitionPenalty, long seed, LogitBias bias) {
    /** Tokens that stand in the text already are as likely as the model says. */
    public static final double NO_PENALTY = 1;
    /** A logit of float32 stays finite when it is multiplied or divided by any penalty up to this, or down to its inverse. */
    private static final double MOST_PENALTY = 1e6;

    public SamplingOptions {
        require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "0 or more");
        require(topK >= 0, "top_k", topK, "0 or more");
        require(topP > 0 && topP <= 1, "top_p", topP, "in (0, 1]");
        require(repetitionPenalty > 0, "repetition_penalty", repetitionPenalty, "more than 0");
        require(
                repetitionPenalty >= 1 / MOST_PENALTY && repetitionPenalty <= MOST_PENALTY,
                "repetition_penalty",
                repetitionPenalty,
                "from 1e-6 to 1e6");
    }

    public SamplingOptions(double temperature, int topK, double topP, double repetitionPenalty, long seed) {
        this(temperature, topK, topP, repetitionPenalty, seed, LogitBias.NONE);
    }

    public SamplingOptions(double temperature, int topK, double topP, long seed) {
        this(temperature, topK, topP, NO_PENALTY, seed);
    }

    public static SamplingOptions greedy() {
        return new SamplingOptions(0, 0, 1, 0);
    }

    public SamplingOptions withRepetitionPenalty(double penalty) {
        return new SamplingOptions(temperature, topK, topP, penalty, seed, bias);
    }

    public SamplingOptions withBias(LogitBias other) {
        return new SamplingOptions(temperature, topK, topP, repetitionPenalty, seed, other);
    }

    public SamplingOptions withSeed(long other) {
        return new SamplingOptions(temperature, topK, topP, repetitionPenalty, other, bias);
    }

    /**
     * The same with the seed of one text of a batch: a function of (seed, index) alone, so that a text does not depend
     * on what else is in the batch. Text 0 has the seed itself; the text of another index comes alone with the seed that
     * this returns.
     */
    public SamplingOptions ofText(int index) {
        return withSeed(seed ^ SplitMix64.mix(index)); // mix(0) is 0
    }

    private static void require(boolean holds, String name, Number value, String what) {
        if (!holds) {
            throw WeftException.usage(name + "=" + value + " must be " + what, "");
        }
    }
}
