package org.weft.engine.sampling;

/**
 * How texts are generated.
 *
 * @param maxNewTokens of each text
 * @param rows texts that grow side by side
 * @param cached whether each token's keys and values are kept for those that follow; otherwise every token costs a pass
 *     over all that the model sees: what the cache is checked against
 */
public record GenerationOptions(SamplingOptions sampling, int maxNewTokens, int rows, boolean cached) {
    public GenerationOptions {
        if (rows < 1) {
            throw new IllegalArgumentException("rows=" + rows + " must be at least 1");
        }
    }
}
