package org.weft.serve;

import java.util.List;
import org.weft.engine.sampling.SamplingOptions;

/**
 * A request for text, checked: what to continue and how.
 *
 * @param prompts tokens of each, at least one
 * @param choices texts for each prompt
 * @param sampling with the seed of the first text
 * @param maxTokens of each text
 * @param chat whether it is answered as a conversation
 */
record TextRequest(
        List<int[]> prompts,
        int choices,
        SamplingOptions sampling,
        List<String> stops,
        int maxTokens,
        boolean chat,
        Delivery delivery) {

    /**
     * How it is delivered.
     *
     * @param stream token by token, or the whole
     * @param usage whether a stream ends with the count of tokens
     */
    record Delivery(boolean stream, boolean usage) {}

    /** Texts that are asked for. */
    int texts() {
        return prompts.size() * choices;
    }

    /** What one of them is; a text's place among them decides its draws. */
    TextInquiry.Wish wish(int text, int context) {
        int[] prompt = prompts.get(text / choices);
        return new TextInquiry.Wish(prompt, sampling.ofText(text), stops, Math.min(maxTokens, context - prompt.length));
    }
}
