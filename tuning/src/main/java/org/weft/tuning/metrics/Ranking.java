package org.weft.tuning.metrics;

import java.util.Arrays;

/**
 * Rows of two classes ordered by their scores: the counts of positives and negatives at or above each distinct score, and
 * the areas under the curves that they make. Rows of equal score come together. Immutable.
 */
public final class Ranking {
    private final double[] thresholds; // (D): distinct scores, highest first
    private final int[] truePositives; // (D)
    private final int[] falsePositives; // (D)
    private final int positives;
    private final int negatives;

    /**
     * @param positive for each row, (N)
     * @param scores finite, higher for what is more likely positive, (N)
     */
    public Ranking(boolean[] positive, double[] scores) {
        double[] of = new double[scores.length];
        double[] others = new double[scores.length];
        int p = 0;
        int n = 0;
        for (int i = 0; i < scores.length; i++) {
            double score = scores[i] + 0.0; // no negative zero, which would sort apart
            if (positive[i]) {
                of[p++] = score;
            } else {
                others[n++] = score;
            }
        }
        positives = p;
        negatives = n;
        Arrays.sort(of, 0, p);
        Arrays.sort(others, 0, n);
        double[] distinct = new double[p + n];
        int[] above = new int[p + n];
        int[] othersAbove = new int[p + n];
        int count = 0;
        while (p > 0 || n > 0) {
            double threshold = n == 0 || (p > 0 && of[p - 1] >= others[n - 1]) ? of[p - 1] : others[n - 1];
            while (p > 0 && of[p - 1] == threshold) {
                p--;
            }
            while (n > 0 && others[n - 1] == threshold) {
                n--;
            }
            distinct[count] = threshold;
            above[count] = positives - p;
            othersAbove[count++] = negatives - n;
        }
        thresholds = Arrays.copyOf(distinct, count);
        truePositives = Arrays.copyOf(above, count);
        falsePositives = Arrays.copyOf(othersAbove, count);
    }

    /** The chance that a positive row's score is above a negative one's, ties counting half; NaN where one is absent. */
    public double rocAuc() {
        long doubled = 0;
        for (int i = 0; i < thresholds.length; i++) {
            int before = i == 0 ? 0 : truePositives[i - 1];
            int width = falsePositives[i] - (i == 0 ? 0 : falsePositives[i - 1]);
            doubled += (long) width * (before + truePositives[i]);
        }
        return doubled / (2.0 * positives * negatives);
    }

    /** The sum of precisions, each weighted by the recall that its threshold adds; 0 without positives, NaN without rows. */
    public double averagePrecision() {
        if (positives == 0) {
            return negatives == 0 ? Double.NaN : 0;
        }
        double sum = 0;
        for (int i = 0; i < thresholds.length; i++) {
            int added = truePositives[i] - (i == 0 ? 0 : truePositives[i - 1]);
            sum += (double) added * truePositives[i] / (truePositives[i] + falsePositives[i]);
        }
        return sum / positives;
    }

    /** All D + 1 points of (false positive rate, true positive rate), from (0, 0) on; a rate of an absent class is NaN. */
    public Curve roc() {
        Curve curve = empty();
        for (int i = 0; i < curve.points(); i++) {
            curve.x()[i] = (i == 0 ? 0.0 : falsePositives[i - 1]) / negatives;
            curve.y()[i] = (i == 0 ? 0.0 : truePositives[i - 1]) / positives;
        }
        return curve;
    }

    /** All D + 1 points of (recall, precision), from (0, 1) on; recall is 1 where nothing is positive. */
    public Curve precisionRecall() {
        Curve curve = empty();
        curve.y()[0] = 1;
        for (int i = 1; i < curve.points(); i++) {
            int found = truePositives[i - 1];
            curve.x()[i] = positives == 0 ? 1 : (double) found / positives;
            curve.y()[i] = (double) found / (found + falsePositives[i - 1]);
        }
        return curve;
    }

    private Curve empty() {
        double[] from = new double[thresholds.length + 1];
        from[0] = Double.POSITIVE_INFINITY;
        System.arraycopy(thresholds, 0, from, 1, thresholds.length);
        return new Curve(new double[from.length], new double[from.length], from);
    }
}
