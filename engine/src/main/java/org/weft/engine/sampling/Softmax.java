package org.weft.engine.sampling;

/**
 * The softmax of one row of logits, as what it takes to say a token's share: p = exp(logit - largest) / sum.
 *
 * @param largest of the logits, which keeps the exponentials finite
 * @param sum of exp(logit - largest) over all
 */
public record Softmax(double largest, double sum) {

    /**
     * Over the whole vocabulary.
     *
     * @param logits (V)
     */
    public static Softmax of(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return new Softmax(largest, sum);
    }

    /** Of a token with this logit, from 0 to 1. */
    public double probability(float logit) {
        return Math.exp(logit - largest) / sum;
    }

    /** Its natural logarithm, finite where the probability itself is too small for a number. */
    public double logProbability(float logit) {
        return logit - (largest + Math.log(sum));
    }
}
