package org.weft.core.examples;

import java.io.Serializable;

/**
 * One encoded example: a sequence of T tokens, and what is to be learnt of it.
 *
 * @param tokens (T), at least one
 * @param secondSegment index of the first token of type 1; T where there is none
 * @param targets (T): what is to be predicted at each token, {@link #IGNORED} where there is nothing; null where nothing
 *     is predicted of single tokens
 * @param labels (K): what is to be predicted of the whole sequence, numbers that are the task's to read; null for none
 * @param weight what its loss counts, finite and not negative
 */
public record Example(int[] tokens, int secondSegment, int[] targets, float[] labels, double weight)
        implements Serializable {
    /** No prediction is asked for at this token. */
    public static final int IGNORED = -1;

    public Example {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("example without tokens");
        }
        if (secondSegment < 0 || secondSegment > tokens.length) {
            throw new IllegalArgumentException(
                    "example: second_segment=" + secondSegment + " must be in [0, " + tokens.length + "]");
        }
        if (targets != null && targets.length != tokens.length) {
            throw new IllegalArgumentException(
                    "example: targets actual=" + targets.length + " expected=" + tokens.length);
        }
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("example: weight=" + weight + " must be finite and not negative");
        }
    }

    /** T. */
    public int length() {
        return tokens.length;
    }

    /** Tokens at which something is to be predicted. */
    public int targetCount() {
        int count = 0;
        for (int i = 0; targets != null && i < targets.length; i++) {
            count += targets[i] == IGNORED ? 0 : 1;
        }
        return count;
    }

    /** The same with another weight. */
    public Example withWeight(double other) {
        return new Example(tokens, secondSegment, targets, labels, other);
    }
}
