package org.weft.engine.sampling;

/**
 * How texts are generated.
 *
 * @param maxNewTokens of each text
 * @param rows texts that grow side by side
 * @param beams with more than one the sampling does not count, and texts come one after the other, a row for each beam
 * @param cached whether each token's keys and values are kept for those that follow; otherwise every token costs a pass
 *     over all that the model sees: what the cache is checked against
 */
public record GenerationOptions(
        SamplingOptions sampling, BeamOptions beams, int maxNewTokens, int rows, boolean cached) {
    /** Without beams. */
    public GenerationOptions(SamplingOptions sampling, int maxNewTokens, int rows, boolean cached) {
        this(sampling, BeamOptions.NONE, maxNewTokens, rows, cached);
    }

    /** The same with texts of no more than so many new tokens. */
    GenerationOptions atMost(int newTokens) {
        return new GenerationOptions(sampling, beams, Math.min(maxNewTokens, newTokens), rows, cached);
    }

    public GenerationOptions {
        if (rows < 1) {
            throw new IllegalArgumentException("rows=" + rows + " must be at least 1");
        }
    }
}
