package org.weft.tuning.metrics;

import java.util.Arrays;

/** Correlations of two rows of N numbers; NaN of less than two, and where one row is constant. */
public final class Correlation {
    private Correlation() {}

    /** Of the numbers themselves. */
    public static double pearson(double[] left, double[] right) {
        if (left.length < 2 || isConstant(left) || isConstant(right)) {
            return Double.NaN;
        }
        double[] x = centred(left);
        double[] y = centred(right);
        double xNorm = Math.sqrt(sumOfSquares(x));
        double yNorm = Math.sqrt(sumOfSquares(y));
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] / xNorm * (y[i] / yNorm);
        }
        return Math.max(-1, Math.min(1, sum));
    }

    /** Of their ranks, equal numbers having the mean of theirs. */
    public static double spearman(double[] left, double[] right) {
        return pearson(ranks(left), ranks(right));
    }

    /** From 1 on. */
    static double[] ranks(double[] values) {
        double[] sorted =
                Arrays.stream(values).map(value -> value + 0.0).sorted().toArray();
        double[] rankAt = new double[sorted.length];
        for (int from = 0; from < sorted.length; ) {
            int to = from + 1;
            while (to < sorted.length && sorted[to] == sorted[from]) {
                to++;
            }
            Arrays.fill(rankAt, from, to, (from + 1 + to) / 2.0);
            from = to;
        }
        return Arrays.stream(values)
                .map(value -> rankAt[Arrays.binarySearch(sorted, value + 0.0)])
                .toArray();
    }

    static boolean isConstant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    static double[] centred(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        return Arrays.stream(values).map(value -> value - mean).toArray();
    }

    static double sumOfSquares(double[] values) {
        return Arrays.stream(values).map(value -> value * value).sum();
    }
}
