package org.weft.engine.sampling;

import java.util.Arrays;

/** A prompt and the tokens chosen so far, with the sampler that chooses them. */
final class GrowingText {
    private static final int ROOM = 64;

    private final int index;
    private final int promptLength;
    private final Sampler sampler;
    private final TokenConstraint constraint; // null where every token may follow
    private int[] tokens;
    private int length;

    /**
     * @param index of the prompt in its batch; with the options' seed it decides the draws
     * @param continues whether the text goes on with the prompt; otherwise it answers it, and has none of its tokens
     */
    GrowingText(int index, int[] prompt, SamplingOptions options, boolean continues) {
        this(index, prompt, options, continues, null);
    }

    /** As {@link #GrowingText(int, int[], SamplingOptions, boolean)}, of a text of which not every token may be a part. */
    GrowingText(int index, int[] prompt, SamplingOptions options, boolean continues, TokenConstraint constraint) {
        this.constraint = constraint;
        this.index = index;
        this.promptLength = prompt.length;
        this.sampler = new Sampler(options.ofText(index));
        if (continues) {
            sampler.begin(prompt);
        }
        this.tokens = Arrays.copyOf(prompt, prompt.length + ROOM);
        this.length = prompt.length;
    }

    int index() {
        return index;
    }

    /**
     * The next token; {@link #append} makes it part of the text.
     *
     * @param logits (V)
     * @return {@link Sampler#NONE} where none may follow
     */
    int choose(float[] logits) {
        int token = sampler.next(logits, constraint);
        if (constraint != null && token != Sampler.NONE) {
            constraint.take(token);
        }
        return token;
    }

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    int last() {
        return tokens[length - 1];
    }

    /** Tokens of prompt and text. */
    int length() {
        return length;
    }

    int newTokens() {
        return length - promptLength;
    }

    /** The last tokens, at most {@code context} of them. */
    int[] window(int context) {
        return Arrays.copyOfRange(tokens, Math.max(0, length - context), length);
    }

    GeneratedText ended(FinishReason reason) {
        return new GeneratedText(Arrays.copyOfRange(tokens, promptLength, length), reason);
    }
}
