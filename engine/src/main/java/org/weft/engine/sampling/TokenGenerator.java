package org.weft.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;
import org.weft.engine.RecomputingDecoder;

/**
 * Continues prompts with a replica, several side by side; runs on the replica's thread.
 *
 * <p>A model sees {@code context} tokens. A text that outgrows them is seen through a window that slides by one token
 * a step; positions count from the window's beginning, so nothing that was computed before is of use, and each step is
 * a pass over the whole window. A model that reads a text and writes another is given the prompt to read; what it writes is
 * no longer than the context.
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
    public List<GeneratedText> generate(List<int[]> prompts, GenerationOptions asked, GenerationListener listener) {
        GenerationOptions options = replica.encodesSource() ? asked.atMost(context) : asked;
        for (int i = 0; i < prompts.size(); i++) {
            if (prompts.get(i).length == 0) {
                throw new IllegalArgumentException(
                        "prompt " + i + " is a prompt of no tokens: start with the end-of-text token");
            }
            if (replica.encodesSource() && prompts.get(i).length > context) {
                throw WeftException.usage(
                        "prompt " + i + " of " + prompts.get(i).length + " tokens is longer than model.context="
                                + context + ", which is read whole",
                        "shorten it");
            }
        }
        int rows = Math.min(options.rows(), prompts.size());
        if (rows == 0) {
            return List.of();
        }
        if (options.beams().searches()) {
            return search(prompts, options, listener);
        }
        if (!options.cached() && !replica.encodesSource()) {
            return new GenerationRun(prompts, options, listener, tokens)
                    .with(new TextRows(rows, context, replica, null));
        }
        try (Decoder decoder = options.cached() ? replica.decoder(rows) : new RecomputingDecoder(replica, rows)) {
            return new GenerationRun(prompts, options, listener, tokens)
                    .with(new TextRows(rows, context, replica, decoder));
        }
    }

    /** A text is told of when it is whole: until then another may be better. */
    private List<GeneratedText> search(List<int[]> prompts, GenerationOptions options, GenerationListener listener) {
        List<GeneratedText> texts = new ArrayList<>();
        int beams = options.beams().beams();
        try (Decoder decoder = options.cached() ? replica.decoder(beams) : new RecomputingDecoder(replica, beams)) {
            BeamSearch search = new BeamSearch(options, context, tokens, decoder);
            for (int index = 0; index < prompts.size(); index++) {
                GeneratedText found = search.following(prompts.get(index));
                texts.add(told(index, found, listener));
            }
        }
        return texts;
    }

    private static GeneratedText told(int index, GeneratedText found, GenerationListener listener) {
        GeneratedText text = found;
        for (int i = 0; i < found.tokens().length && text == found; i++) {
            if (!listener.chosen(index, found.tokens()[i])) {
                text = new GeneratedText(Arrays.copyOf(found.tokens(), i + 1), FinishReason.STOP_STRING);
            }
        }
        listener.ended(index, text);
        return text;
    }
}
