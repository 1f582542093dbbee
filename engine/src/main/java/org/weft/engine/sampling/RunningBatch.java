package org.weft.engine.sampling;

import java.util.Arrays;
import java.util.List;
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
    private final TextTokens tokens; // that may be chosen
    private final PromptReading prompts;
    private final GrowingText[] texts; // by row; null where it is free
    private final LogitsListener[] listeners; // by row
    private final Throwable[] failures; // by row; null where it has none

    private RunningBatch(int context, ModelReplica replica, Decoder decoder, TextTokens tokens) {
        this.decoder = decoder;
        this.rows = new TextRows(decoder.rows(), context, replica, decoder);
        this.tokens = tokens;
        this.prompts = new PromptReading(rows);
        this.texts = new GrowingText[decoder.rows()];
        this.listeners = new LogitsListener[decoder.rows()];
        this.failures = new Throwable[decoder.rows()];
    }

    /**
     * Opens a batch whose rows are all free.
     *
     * @param context tokens that the model sees at once
     * @param rows at least 1
     * @param tokens that may be chosen
     */
    public static RunningBatch open(ModelReplica replica, int context, int rows, TextTokens tokens) {
        return new RunningBatch(context, replica, replica.decoder(rows), tokens);
    }

    /**
     * The same, which keeps how texts began.
     *
     * @param keptBytes of keys and values at most; those that were not used for longest go first
     */
    public static RunningBatch open(ModelReplica replica, int context, int rows, TextTokens tokens, long keptBytes) {
        return new RunningBatch(context, replica, replica.decoder(rows, keptBytes), tokens);
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
     * @param constraint of what follows the prompt; null where every token may
     */
    public record Beginning(
            int[] prompt,
            SamplingOptions sampling,
            LogitsListener ofPrompt,
            LogitsListener ofChosen,
            TokenConstraint constraint) {
        public Beginning(int[] prompt, SamplingOptions sampling, LogitsListener ofPrompt, LogitsListener ofChosen) {
            this(prompt, sampling, ofPrompt, ofChosen, null);
        }

        public Beginning {
            if (prompt.length == 0) {
                throw new IllegalArgumentException("a prompt of no tokens: start with the end-of-text token");
            }
        }

        private GrowingText text() {
            return new GrowingText(0, prompt, sampling, true, constraint);
        }
    }

    /**
     * Puts a text into a free row and reads its prompt.
     *
     * @return the first token that follows; {@link Sampler#NONE} where none may
     */
    public int begin(int row, Beginning beginning) {
        requireFree(row);
        GrowingText text = beginning.text();
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

    private void requireFree(int row) {
        if (texts[row] != null) {
            throw new IllegalStateException("row " + row + " has a text");
        }
    }

    /** Puts a text into a free row, whose prompt {@link #read} reads. */
    public void place(int row, Beginning beginning) {
        requireFree(row);
        texts[row] = beginning.text();
        listeners[row] = beginning.ofChosen();
        prompts.place(row, texts[row], beginning.ofPrompt());
    }

    /** Whether a row has a text whose prompt is not read. */
    public boolean isReading(int row) {
        return prompts.has(row);
    }

    /**
     * A text whose prompt was read, or could not be.
     *
     * @param token the first that follows; {@link Sampler#NONE} where none may, or none is known
     * @param failure null where the prompt was read and what follows it could be chosen, or none may follow
     */
    public record Begun(int row, int token, Throwable failure) {}

    /**
     * Reads on in the prompts that were placed, in their order.
     *
     * @param most tokens that are computed, but for a prompt that has to be read at once
     */
    public List<Begun> read(int most) {
        return prompts.read(most).stream().map(this::begun).toList();
    }

    private Begun begun(PromptReading.Ready ready) {
        int row = ready.row();
        if (ready.failure() != null) {
            return new Begun(row, Sampler.NONE, ready.failure());
        }
        int token = growOrFail(row, ready.logits());
        return new Begun(row, token, failures[row]);
    }

    /** Logits of which none can be chosen, such as NaN, are no other row's fault. */
    private int growOrFail(int row, float[] logits) {
        try {
            return grow(row, texts[row], logits);
        } catch (RuntimeException | OutOfMemoryError failure) {
            failures[row] = failure;
            return Sampler.NONE;
        }
    }

    /** Tokens of prompts that were kept of texts before, and not computed. */
    public long recalled() {
        return prompts.recalled();
    }

    private int grow(int row, GrowingText text, float[] logits) {
        LogitsListener listener = listeners[row];
        float[] said = listener == null
                ? null
                : logits.clone(); // (V), of a prompt's tokens and of chosen ones the same softmax
        int token = text.choose(tokens.choosable(logits));
        if (token == Sampler.NONE) {
            return token; // The caller ends the row: it cannot go on.
        }
        text.append(token);
        if (listener != null) {
            listener.token(token, said);
        }
        return token;
    }

    /**
     * The next token of some texts.
     *
     * @param chosen rows that have texts whose prompts were read, each at most once, at least one
     * @return (chosen), {@link Sampler#NONE} where none may follow, or none could be chosen: {@link #failure} tells
     */
    public int[] next(int[] chosen) {
        GrowingText[] growing =
                Arrays.stream(chosen).mapToObj(row -> texts[row]).toArray(GrowingText[]::new);
        float[][] logits; // (chosen, V)
        try {
            logits = rows.follow(chosen, growing);
        } catch (RuntimeException | OutOfMemoryError failure) {
            return Arrays.stream(chosen).map(this::nextAlone).toArray();
        }
        int[] tokens = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            tokens[i] = growOrFail(chosen[i], logits[i]);
        }
        return tokens;
    }

    /** The next token of one text, where a pass for several failed: what is too much for all is no one's fault. */
    private int nextAlone(int row) {
        GrowingText text = texts[row];
        float[] logits; // (V)
        try {
            boolean appended = decoder.length(row) == text.length(); // before the pass failed for another row
            logits = appended ? rows.begin(row, text) : rows.follow(new int[] {row}, new GrowingText[] {text})[0];
        } catch (RuntimeException | OutOfMemoryError failure) {
            failures[row] = failure;
            return Sampler.NONE;
        }
        return growOrFail(row, logits);
    }

    /** Why a row's text cannot go on; null where it can, or ends. */
    public Throwable failure(int row) {
        return failures[row];
    }

    /** Frees a row, whether its text is whole or not. */
    public void end(int row) {
        texts[row] = null;
        listeners[row] = null;
        failures[row] = null;
        prompts.remove(row);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
