package org.weft.server.optim;

/**
 * Clipping by the global norm as PyTorch's {@code clip_grad_norm_} does it: gradients are scaled by min(1, limit /
 * (norm + 1e-6)).
 *
 * @param limit largest norm; 0 for no clipping
 */
public record GradientClip(double limit) {
    private static final double EPSILON = 1e-6;
    private static final int PARTIALS = 512;

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
     * Sum of squares of one bucket in float64, in a fixed order: {@value #PARTIALS} interleaved partial sums, then
     * their sum. As many as that make an inner loop without a chain of additions, which the compiler turns into vector
     * instructions; they stay in the first-level cache.
     *
     * @param gradient at least {@code length} elements
     */
    public static double sumOfSquares(float[] gradient, int length) {
        double[] partial = new double[PARTIALS];
        int at = 0;
        for (; at + PARTIALS <= length; at += PARTIALS) {
            for (int i = 0; i < PARTIALS; i++) {
                partial[i] += square(gradient[at + i]);
            }
        }
        for (int i = at; i < length; i++) {
            partial[i - at] += square(gradient[i]);
        }
        double sum = 0;
        for (double p : partial) {
            sum += p;
        }
        return sum;
    }

    private static double square(double value) {
        return value * value;
    }
}
