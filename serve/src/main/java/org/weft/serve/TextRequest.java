package org.weft.serve;

import java.util.List;
import org.weft.engine.sampling.SamplingOptions;

/**
 * A request for text, checked: what to continue and how.
 *
 * @param prompts at least one
 * @param choices texts for each prompt
 * @param sampling with the seed of the first text
 * @param maxTokens of each text
 * @param chat whether it is answered as a conversation
 */
record TextRequest(
        List<Prompt> prompts,
        int choices,
        SamplingOptions sampling,
        List<String> stops,
        int maxTokens,
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
    }

    /** Texts that are asked for. */
    int texts() {
        return prompts.size() * choices;
    }

    /** Whose text it is. */
    Prompt promptOf(int text) {
        return prompts.get(text / choices);
    }

    /** What one of them is; a text's place among them decides its draws. */
    TextInquiry.Wish wish(int text, int context) {
        int[] prompt = promptOf(text).tokens();
        return new TextInquiry.Wish(
                prompt,
                sampling.ofText(text),
                stops,
                Math.min(maxTokens, context - prompt.length),
                !chat,
                new TextInquiry.Scoring(delivery.likeliest(), delivery.echo()));
    }
}
