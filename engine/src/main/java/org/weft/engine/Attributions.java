package org.weft.engine;

/**
 * How much each token of a sequence has to do with what a task's head says of it.
 *
 * <p>T tokens.
 *
 * @param gradients integrated gradients over the tokens' embeddings, summed over the embedding's width (T)
 * @param output what is explained, before softmax or sigmoid
 * @param baseline the same of the sequence that gradients are integrated from
 * @param rollout how much of each token's input attention brings to the place that is judged (T); they come to 1
 */
public record Attributions(float[] gradients, double output, double baseline, float[] rollout) {

    /**
     * By how much the attributions miss what they ought to come to (Sundararajan et al. 2017, completeness): their sum without the
     * difference of the two outputs.
     */
    public double convergenceDelta() {
        double sum = 0;
        for (float gradient : gradients) {
            sum += gradient;
        }
        return sum - (output - baseline);
    }
}
