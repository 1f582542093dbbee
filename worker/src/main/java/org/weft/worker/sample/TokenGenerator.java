package org.weft.worker.sample;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.weft.worker.engine.ModelReplica;

/** Generates tokens one after the other with a replica; runs on the replica's thread. */
public final class TokenGenerator {
    /** No token ends the text early. */
    public static final int NO_STOP_TOKEN = -1;

    private final ModelReplica replica;
    private final int context;
    private final int stopToken;

    /**
     * @param context tokens that the model sees at once; older ones are forgotten
     * @param stopToken ends a text, is not part of it; {@link #NO_STOP_TOKEN} for none
     */
    public TokenGenerator(ModelReplica replica, int context, int stopToken) {
        this.replica = replica;
        this.context = context;
        this.stopToken = stopToken;
    }

    /**
     * Continues a prompt.
     *
     * @param prompt at least one token
     * @param onToken told each token as it is chosen
     * @return the chosen tokens, without the prompt
     */
    public int[] generate(int[] prompt, int maxNewTokens, SamplingOptions options, IntConsumer onToken) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt of no tokens: start with the end-of-text token");
        }
        Sampler sampler = new Sampler(options);
        int[] tokens = Arrays.copyOf(prompt, prompt.length + Math.max(0, maxNewTokens));
        int length = prompt.length;
        while (length < tokens.length) {
            int[] seen = Arrays.copyOfRange(tokens, Math.max(0, length - context), length);
            int token = sampler.next(replica.nextTokenLogits(seen));
            if (token == stopToken) {
                break;
            }
            tokens[length++] = token;
            onToken.accept(token);
        }
        return Arrays.copyOfRange(tokens, prompt.length, length);
    }
}
