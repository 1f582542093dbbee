package org.weft.serve;

import java.util.List;
import java.util.function.Supplier;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenConstraint;

/**
 * A request for text, checked: what to continue and how.
 *
 * @param prompts at least one
 * @param choices texts for each prompt
 * @param sampling with the seed of the first text
 * @param maxTokens of each text
 * @param constraint of each text, which ends where that says and at none of {@code stops}; gives null where every token may
 *     be a part of it
 * @param chat whether it is answered as a conversation
 */
record TextRequest(
        List<Prompt> prompts,
        Choices choices,
        SamplingOptions sampling,
        List<String> stops,
        int maxTokens,
        Supplier<TokenConstraint> constraint,
        boolean chat,
        Delivery delivery) {

    /**
     * What is to be continued.
     *
     * @param tokens at least one
     * @param text as it came; null where tokens came
     */
    record Prompt(int[] tokens, String text) {}

    /**
     * Texts for each prompt.
     *
     * @param generated {@code best_of}
     * @param answered {@code n}: those of the largest log-probability a token, where more are generated
     */
    record Choices(int generated, int answered) {
        /** Whether some are left out. */
        boolean ranked() {
            return answered < generated;
        }
    }

    /**
     * How it is delivered.
     *
     * @param stream token by token, or the whole
     * @param usage whether a stream ends with the count of tokens
     * @param echo whether each text begins with its prompt
     * @param likeliest alternatives to each token that are told with their log-probabilities; {@link #NO_SCORES} for no
     *     log-probabilities
     */
    record Delivery(boolean stream, boolean usage, boolean echo, int likeliest) {
        static final int NO_SCORES = -1;

        /** Whether log-probabilities are told. */
        boolean scored() {
            return likeliest != NO_SCORES;
        }

        /** Whether the prompt's are. */
        boolean promptScored() {
            return scored() && echo;
        }
    }

    /** Texts that are generated. */
    int texts() {
        return prompts.size() * choices.generated();
    }

    /** Whose text it is. */
    Prompt promptOf(int text) {
        return prompts.get(text / choices.generated());
    }

    /** What one of them is; a text's place among them decides its draws. */
    TextInquiry.Wish wish(int text, int context) {
        int[] prompt = promptOf(text).tokens();
        TokenConstraint own = constraint.get();
        int likeliest = choices.ranked() ? Math.max(0, delivery.likeliest()) : delivery.likeliest();
        return new TextInquiry.Wish(
                prompt,
                sampling.ofText(text),
                own == null ? stops : List.of(), // one of a template may well stand within an object
                Math.min(maxTokens, context - prompt.length),
                own,
                !chat,
                new TextInquiry.Scoring(likeliest, delivery.promptScored()));
    }
}
