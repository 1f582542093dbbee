package org.weft.engine;

import java.util.Arrays;

/**
 * Texts that grow token by token, side by side, each in a row of its own. Belongs to the thread of the replica that it
 * came from, and is closed before it.
 *
 * <p>V vocabulary.
 */
public interface Decoder extends AutoCloseable {

    /** Rows that there are; each begins empty. */
    int rows();

    /** Tokens of a row. */
    int length(int row);

    /**
     * Begins a row anew with a text.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @return (V), logits of the token that follows
     */
    float[] begin(int row, int[] tokens);

    /**
     * Begins a row anew with a text, and tells what the model said of it on the way: what an echo with log-probabilities is
     * made of. As it stands here it reads the text as often as it has tokens; decoders that can read it once do.
     *
     * @param prompt told of every token but the last
     * @return as {@link #begin(int, int[])}
     */
    default float[] begin(int row, int[] tokens, PromptLogits prompt) {
        for (int position = 0; position < tokens.length - 1; position++) {
            prompt.at(position, begin(row, Arrays.copyOf(tokens, position + 1)));
        }
        return begin(row, tokens);
    }

    /**
     * Whether a text of so many tokens can be read piece by piece, by {@link #extend}; where not, {@link #begin(int, int[])}
     * reads it whole.
     */
    default boolean readsInPieces(int tokens) {
        return false;
    }

    /**
     * How many of the tokens that a text begins with need not be computed: what {@link #recall} would give a row. Negative
     * where nothing is kept, whatever came before.
     */
    default int kept(int[] text) {
        return -1;
    }

    /** How many first tokens of one text there is room to keep, where anything is kept: no more are worth waiting for. */
    default int mostKept() {
        return Integer.MAX_VALUE;
    }

    /**
     * Begins a row anew with what is kept of how a text begins, which may be nothing.
     *
     * @param text of which at least one token is left to be read
     * @return tokens that the row holds
     */
    default int recall(int row, int[] text) {
        throw new IllegalStateException("this decoder reads texts whole");
    }

    /**
     * Appends some tokens to each of some rows.
     *
     * @param rows that have begun or were recalled, each at most once
     * @param tokens at least one for each of {@code rows}; of texts that can be read in pieces
     * @return (rows, V), logits of the token that follows in each
     */
    default float[][] extend(int[] rows, int[][] tokens) {
        throw new IllegalStateException("this decoder reads texts whole");
    }

    /** Keeps what a row holds for texts that begin alike, as far as there is room. */
    default void remember(int row) {
        // Nothing is kept.
    }

    /**
     * Appends one token to each of some rows, which have fewer than {@code model.context} tokens.
     *
     * @param rows begun ones, each at most once
     * @param tokens one for each of {@code rows}
     * @return (rows, V), logits of the token that follows in each
     */
    float[][] append(int[] rows, int[] tokens);

    /**
     * Lets the first rows go on with what other rows, or the same, hold: row i with the text of {@code sources[i]}.
     *
     * @param sources begun rows, in any order and as often as wanted
     */
    default void reorder(int[] sources) {
        throw new IllegalStateException("this decoder's rows cannot take over each other's texts");
    }

    @Override
    void close();
}
