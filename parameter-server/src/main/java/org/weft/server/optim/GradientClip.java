package org.weft.server.optim;

/**
 * Clipping by the global norm as PyTorch's {@code clip_grad_norm_} does it: gradients are scaled by min(1, limit /
 * (norm + 1e-6)).
 *
 * @param limit largest norm; 0 for no clipping
 */
public record GradientClip(double limit) {
    private static final double EPSILON = 1e-6;

    /** The factor for a gradient of this norm. */
    public float scale(double norm) {
        return limit > 0 && norm > limit - EPSILON ? (float) Math.min(1.0, limit / (norm + EPSILON)) : 1f;
    }

    /** The norm from the buckets' sums of squares, added in bucket order. */
    public static double norm(double[] squares) {
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    /**
     * Sum of squares of one bucket in float64, in a fixed order: eight interleaved partial sums, then their sum.
     *
     * @param gradient at least {@code length} elements
     */
    public static double sumOfSquares(float[] gradient, int length) {
        double[] partial = new double[8];
        for (int i = 0; i < length; i++) {
            double g = gradient[i];
            partial[i & 7] += g * g;
        }
        double sum = 0;
        for (double p : partial) {
            sum += p;
        }
        return sum;
    }
}
