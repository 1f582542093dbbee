package org.weft.tuning.metrics;

import java.util.Arrays;

/**
 * Points of a ROC or a precision-recall curve, from the highest threshold to the lowest. The three arrays are of one
 * length; the first threshold, above every score, is infinite.
 *
 * @param x false positive rate, or recall
 * @param y true positive rate, or precision
 */
public record Curve(double[] x, double[] y, double[] thresholds) {

    public int points() {
        return x.length;
    }

    /** Whether each point has a value: not so on a ROC curve where one class is absent. */
    public boolean isDefined() {
        return Arrays.stream(x).allMatch(Double::isFinite) && Arrays.stream(y).allMatch(Double::isFinite);
    }

    /** At most {@code most} (3 or more) of the points, both ends among them, evenly spaced along the curve's way. */
    public Curve thinned(int most) {
        if (points() <= most) {
            return this;
        }
        double[] way = new double[points()];
        for (int i = 1; i < way.length; i++) {
            double step = Math.abs(x[i] - x[i - 1]) + Math.abs(y[i] - y[i - 1]);
            way[i] = way[i - 1] + (Double.isNaN(step) ? 1 : step);
        }
        int last = points() - 1;
        double stride = way[last] / (most - 1);
        int[] kept = new int[most];
        int count = 1;
        for (int i = 1; i < last && count < most - 1; i++) {
            if (way[i] >= count * stride) {
                kept[count++] = i;
            }
        }
        kept[count++] = last;
        return new Curve(chosen(x, kept, count), chosen(y, kept, count), chosen(thresholds, kept, count));
    }

    private static double[] chosen(double[] values, int[] kept, int count) {
        return Arrays.stream(kept, 0, count).mapToDouble(i -> values[i]).toArray();
    }
}
