package org.weft.core.scores;

/**
 * Precision, recall and F1 of one class, or an average of several; 0 where a denominator is 0.
 *
 * @param support rows, labels or entities that truly are of the class; of an average all together
 */
public record Scores(double precision, double recall, double f1, long support) {

    public static Scores of(long truePositives, long predicted, long support) {
        double precision = predicted == 0 ? 0 : (double) truePositives / predicted;
        double recall = support == 0 ? 0 : (double) truePositives / support;
        double sum = precision + recall;
        return new Scores(precision, recall, sum == 0 ? 0 : 2 * precision * recall / sum, support);
    }
}
