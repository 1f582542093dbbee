package org.weft.engine.sampling;

import java.util.List;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;

/**
 * Continues prompts with a replica, several side by side; runs on the replica's thread.
 *
 * <p>A model sees {@code context} tokens. A text that outgrows them is seen through a window that slides by one token
 * a step; positions count from the window's beginning, so nothing that was computed before is of use, and each step is
 * a pass over the whole window.
 */
public final class TokenGenerator {
    private final ModelReplica replica;
    private final int context;
    private final TextTokens tokens;

    /**
     * @param context tokens that the model sees at once; older ones are forgotten
     * @param tokens that may be chosen, and that end a text
     */
    public TokenGenerator(ModelReplica replica, int context, TextTokens tokens) {
        this.replica = replica;
        this.context = context;
        this.tokens = tokens;
    }

    /**
     * Continues prompts. What follows a prompt depends on it, its index and the options, not on the other prompts.
     *
     * @param prompts of at least one token each
     * @return what follows each, in their order
     */
    public List<GeneratedText> generate(List<int[]> prompts, GenerationOptions options, GenerationListener listener) {
        for (int i = 0; i < prompts.size(); i++) {
            if (prompts.get(i).length == 0) {
                throw new IllegalArgumentException(
                        "prompt " + i + " is a prompt of no tokens: start with the end-of-text token");
            }
        }
        int rows = Math.min(options.rows(), prompts.size());
        if (rows == 0) {
            return List.of();
        }
        if (!options.cached()) {
            return new GenerationRun(prompts, options, listener, tokens)
                    .with(new TextRows(rows, context, replica, null, tokens));
        }
        try (Decoder decoder = replica.decoder(rows)) {
            return new GenerationRun(prompts, options, listener, tokens)
                    .with(new TextRows(rows, context, replica, decoder, tokens));
        }
    }
}
