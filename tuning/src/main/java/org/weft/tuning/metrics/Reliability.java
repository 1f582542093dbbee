package org.weft.tuning.metrics;

import java.util.Arrays;

/**
 * Whether confidences can be believed: rows in bins of equal width by confidence, closed on the right, each with its mean
 * confidence and the share that was right (Guo et al., "On Calibration of Modern Neural Networks", 2017; the bins are those
 * of scikit-learn's {@code calibration_curve}). Owned by one thread while it is added to.
 */
public final class Reliability {
    /** As many as Guo et al. take. */
    public static final int BINS = 15;

    private final double[] innerEdges; // (bins - 1)
    private final int[] rows;
    private final int[] right;
    private final double[] confidences; // sums

    public Reliability(int bins) {
        double width = 1.0 / bins;
        innerEdges = new double[bins - 1];
        Arrays.setAll(innerEdges, i -> (i + 1) * width);
        rows = new int[bins];
        right = new int[bins];
        confidences = new double[bins];
    }

    /** A row whose prediction the model gave a probability of {@code confidence}. */
    public void add(double confidence, boolean correct) {
        int found = Arrays.binarySearch(innerEdges, confidence);
        int bin = found < 0 ? -found - 1 : found;
        rows[bin]++;
        right[bin] += correct ? 1 : 0;
        confidences[bin] += confidence;
    }

    public int bins() {
        return rows.length;
    }

    /** Of a bin, from the least confident on; confidence and accuracy are NaN where it has no rows. */
    public Bin bin(int bin) {
        double low = bin == 0 ? 0 : innerEdges[bin - 1];
        double high = bin == innerEdges.length ? 1 : innerEdges[bin];
        return new Bin(low, high, rows[bin], confidences[bin] / rows[bin], (double) right[bin] / rows[bin]);
    }

    /** The bins' distances between accuracy and confidence, weighted by rows; NaN without rows. */
    public double expectedCalibrationError() {
        double distances = 0;
        for (int bin = 0; bin < rows.length; bin++) {
            distances += Math.abs(right[bin] - confidences[bin]);
        }
        return distances / Arrays.stream(rows).sum();
    }

    /**
     * One bin, (low, high], the first with 0 in it.
     *
     * @param confidence their mean
     * @param accuracy the share of rows that was right
     */
    public record Bin(double low, double high, int rows, double confidence, double accuracy) {}
}
