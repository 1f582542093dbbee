package org.weft.tuning.report;

import java.io.Serializable;
import java.util.List;

/**
 * How much each token of a row has to do with what a model says of it.
 *
 * @param method as it is asked for and written
 * @param signed whether scores say for or against; otherwise they are shares of 1
 * @param tokens in the text's order, without what is personal or a secret
 * @param convergenceDelta what the scores miss; NaN where the method has nothing to come to
 * @param steps points of the integral; 0 where there is none
 */
public record RowExplanation(String method, boolean signed, List<Token> tokens, double convergenceDelta, int steps)
        implements Serializable {

    /**
     * A token, or a placeholder for all that touch something personal.
     *
     * @param text as it is spelt; it may hold anything
     * @param score of a placeholder the sum of its tokens'
     */
    public record Token(String text, double score) implements Serializable {}

    public RowExplanation {
        tokens = List.copyOf(tokens);
    }

    /** The largest score, whatever its sign; 0 without tokens. */
    double largest() {
        return tokens.stream()
                .mapToDouble(token -> Math.abs(token.score()))
                .max()
                .orElse(0);
    }
}
