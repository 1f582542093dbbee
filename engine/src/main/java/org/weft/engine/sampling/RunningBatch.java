package org.weft.engine.sampling;

import java.util.Arrays;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;

/**
 * Texts that grow side by side, a row each, and come and go between two tokens: what a server batches with. The caller
 * says which rows go on and when a text has ended; a row is free again once {@link #end} was called. What follows a prompt
 * depends on it and its options, not on the other rows. Belongs to the replica's thread, and is closed before the replica.
 */
public final class RunningBatch implements AutoCloseable {
    private final Decoder decoder;
    private final TextRows rows;
    private final GrowingText[] texts; // by row; null where it is free
    private final LogitsListener[] listeners; // by row

    private RunningBatch(ModelReplica replica, int context, Decoder decoder, TextTokens tokens) {
        this.decoder = decoder;
        this.rows = new TextRows(decoder.rows(), context, replica, decoder, tokens);
        this.texts = new GrowingText[decoder.rows()];
        this.listeners = new LogitsListener[decoder.rows()];
    }

    /**
     * Opens a batch whose rows are all free.
     *
     * @param context tokens that the model sees at once
     * @param rows at least 1
     * @param tokens that may be chosen
     */
    public static RunningBatch open(ModelReplica replica, int context, int rows, TextTokens tokens) {
        return new RunningBatch(replica, context, replica.decoder(rows), tokens);
    }

    /** Rows that there are. */
    public int rows() {
        return texts.length;
    }

    /** The free row of the smallest index; -1 where none is free. */
    public int freeRow() {
        for (int row = 0; row < texts.length; row++) {
            if (texts[row] == null) {
                return row;
            }
        }
        return -1;
    }

    /**
     * A text that is to grow.
     *
     * @param prompt at least one token; of more than the context the last ones are seen
     * @param ofPrompt told of the prompt's tokens but the first; null for nobody
     * @param ofChosen told of each token that is chosen; null for nobody
     */
    public record Beginning(int[] prompt, SamplingOptions sampling, LogitsListener ofPrompt, LogitsListener ofChosen) {
        public Beginning {
            if (prompt.length == 0) {
                throw new IllegalArgumentException("a prompt of no tokens: start with the end-of-text token");
            }
        }
    }

    /**
     * Puts a text into a free row.
     *
     * @return the first token that follows
     */
    public int begin(int row, Beginning beginning) {
        if (texts[row] != null) {
            throw new IllegalStateException("row " + row + " has a text");
        }
        GrowingText text = new GrowingText(0, beginning.prompt(), beginning.sampling(), true);
        float[] logits = beginning.ofPrompt() == null
                ? rows.begin(row, text)
                : rows.begin(row, text, beginning.ofPrompt()); // (V)
        listeners[row] = beginning.ofChosen();
        int token = grow(row, text, logits);
        texts[row] = text;
        return token;
    }

    /** The same where nobody listens. */
    public int begin(int row, int[] prompt, SamplingOptions sampling) {
        return begin(row, new Beginning(prompt, sampling, null, null));
    }

    private int grow(int row, GrowingText text, float[] logits) {
        int token = text.choose(logits);
        text.append(token);
        if (listeners[row] != null) {
            listeners[row].token(token, logits);
        }
        return token;
    }

    /**
     * The next token of some texts.
     *
     * @param chosen rows that have texts, each at most once, at least one
     * @return (chosen)
     */
    public int[] next(int[] chosen) {
        GrowingText[] growing =
                Arrays.stream(chosen).mapToObj(row -> texts[row]).toArray(GrowingText[]::new);
        float[][] logits = rows.follow(chosen, growing); // (chosen, V)
        int[] tokens = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            tokens[i] = grow(chosen[i], growing[i], logits[i]);
        }
        return tokens;
    }

    /** Frees a row, whether its text is whole or not. */
    public void end(int row) {
        texts[row] = null;
        listeners[row] = null;
    }

    @Override
    public void close() {
        decoder.close();
    }
}
