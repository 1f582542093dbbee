package org.weft.engine;

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
     * Appends one token to each of some rows, which have fewer than {@code model.context} tokens.
     *
     * @param rows begun ones, each at most once
     * @param tokens one for each of {@code rows}
     * @return (rows, V), logits of the token that follows in each
     */
    float[][] append(int[] rows, int[] tokens);

    @Override
    void close();
}
