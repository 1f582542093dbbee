package org.weft.engine.sampling;

/** Told of texts while they grow, on the thread that generates; a text is named by its prompt's index. */
public interface GenerationListener {
    /** Listens to nothing and ends nothing. */
    GenerationListener NONE = (text, token) -> true;

    /**
     * A token was chosen. Tokens of different texts come in turns.
     *
     * @return whether the text goes on; false ends it with {@link FinishReason#STOP_STRING}
     */
    boolean chosen(int text, int token);

    /**
     * Who is told out of which logits a text's tokens come, the one that ends it among them, each before {@link #chosen}; null for
     * nobody. A search for the likeliest text tells nobody.
     */
    default LogitsListener scores(int text) {
        return null;
    }

    /** A text ended. */
    default void ended(int text, GeneratedText generated) {
        // Most callers wait for all of them.
    }
}
