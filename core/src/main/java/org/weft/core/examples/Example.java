package org.weft.core.examples;

import java.io.Serializable;
import java.util.Arrays;

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

    /**
     * A text that is read, and one that is written, whose every token is learnt from those before it:
     *
     * <pre>
     *   tokens    s s s start a0 a1        segment 1 from start on
     *   targets   - - - a0    a1 a2
     * </pre>
     *
     * @param start what is written begins with it
     * @param answer what is written, with the token that ends it
     */
    public static Example answered(int[] source, int start, int[] answer) {
        int[] tokens = Arrays.copyOf(source, source.length + answer.length);
        int[] targets = new int[tokens.length];
        Arrays.fill(targets, IGNORED);
        tokens[source.length] = start;
        System.arraycopy(answer, 0, tokens, source.length + 1, answer.length - 1);
        System.arraycopy(answer, 0, targets, source.length, answer.length);
        return new Example(tokens, source.length, targets, null, answer.length);
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
