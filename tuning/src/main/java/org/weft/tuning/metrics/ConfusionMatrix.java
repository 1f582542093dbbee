package org.weft.tuning.metrics;

import org.weft.core.scores.MatchCounts;

/**
 * How often each of C classes was taken for each, and what follows from it. Rows stream in one at a time. Owned by one
 * thread while it is added to.
 */
public final class ConfusionMatrix {
    private final long[][] counts; // (C, C): label, prediction
    private final long[] labelled; // (C)
    private final long[] predicted; // (C)
    private long correct;
    private long rows;

    public ConfusionMatrix(int classes) {
        counts = new long[classes][classes];
        labelled = new long[classes];
        predicted = new long[classes];
    }

    /** A row more. Both numbers are in [0, C). */
    public void add(int label, int prediction) {
        counts[label][prediction]++;
        labelled[label]++;
        predicted[prediction]++;
        correct += label == prediction ? 1 : 0;
        rows++;
    }

    public int classes() {
        return counts.length;
    }

    public long rows() {
        return rows;
    }

    /** Rows of class {@code label} that were taken for class {@code prediction}. */
    public long count(int label, int prediction) {
        return counts[label][prediction];
    }

    /** Rows that are of a class. */
    public long support(int label) {
        return labelled[label];
    }

    /** The share of rows whose prediction is a class; NaN without rows. */
    public double rate(int prediction) {
        return (double) predicted[prediction] / rows;
    }

    /** For precision, recall and F1 by class; average {@code present()} of it. */
    public MatchCounts matches() {
        MatchCounts matches = new MatchCounts(classes());
        for (int i = 0; i < classes(); i++) {
            matches.add(i, counts[i][i], predicted[i], labelled[i]);
        }
        return matches;
    }

    /** NaN without rows. */
    public double accuracy() {
        return (double) correct / rows;
    }

    /** The mean recall of the classes that occur among the labels; NaN without rows. */
    public double balancedAccuracy() {
        double recalls = 0;
        int occurring = 0;
        for (int i = 0; i < classes(); i++) {
            if (labelled[i] > 0) {
                recalls += (double) counts[i][i] / labelled[i];
                occurring++;
            }
        }
        return recalls / occurring;
    }

    /** Gorodkin's correlation of C classes, 2004; 0 where labels or predictions are all of one class, or there are none. */
    public double matthewsCorrelation() {
        double all = (double) rows * rows;
        double spread = (all - dot(labelled, labelled)) * (all - dot(predicted, predicted));
        return spread == 0 ? 0 : ((double) correct * rows - dot(labelled, predicted)) / Math.sqrt(spread);
    }

    /** Agreement beyond chance, unweighted; NaN where labels and predictions are all of one and the same class. */
    public double cohenKappa() {
        double disagreements = (double) (rows - correct) * rows;
        return 1 - disagreements / ((double) rows * rows - dot(labelled, predicted));
    }

    private static double dot(long[] left, long[] right) {
        long sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
