package org.weft.worker.sample;

import org.weft.core.WeftException;

/**
 * How the next token is chosen from logits.
 *
 * @param temperature divides the logits; 0 takes the most likely token
 * @param topK keeps the k most likely tokens; 0 keeps all
 * @param topP keeps the fewest most likely tokens whose probability together reaches p; 1 keeps all
 * @param seed of the draws; the same seed and logits give the same tokens
 */
public record SamplingOptions(double temperature, int topK, double topP, long seed) {
    public SamplingOptions {
        require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "0 or more");
        require(topK >= 0, "top_k", topK, "0 or more");
        require(topP > 0 && topP <= 1, "top_p", topP, "in (0, 1]");
    }

    public static SamplingOptions greedy() {
        return new SamplingOptions(0, 0, 1, 0);
    }

    private static void require(boolean holds, String name, Number value, String what) {
        if (!holds) {
            throw WeftException.usage(name + "=" + value + " must be " + what, "");
        }
    }
}
