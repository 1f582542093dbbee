package org.weft.serve;

import java.util.List;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenConstraint;

/** One text to be generated. */
final class TextInquiry extends Inquiry {
    private final Wish wish;
    private final TextListener listener;

    /**
     * What is asked for.
     *
     * @param prompt at least one token, at most the model's context
     * @param stops strings that end the text before them
     * @param maxTokens prompt and text together fit the model's context; 0 to have the prompt read alone
     * @param constraint of the text; null where every token may be a part of it
     * @param continues whether the text is spelt as what stands after the prompt, or as a text of its own
     */
    record Wish(
            int[] prompt,
            SamplingOptions sampling,
            List<String> stops,
            int maxTokens,
            TokenConstraint constraint,
            boolean continues,
            Scoring scoring) {}

    /**
     * Which tokens' log-probabilities are told.
     *
     * @param likeliest alternatives to each; negative for none at all
     * @param promptToo whether the prompt's are
     */
    record Scoring(int likeliest, boolean promptToo) {
        boolean wanted() {
            return likeliest >= 0;
        }
    }

    TextInquiry(Wish wish, long deadlineNanos, TextListener listener) {
        super(deadlineNanos);
        this.wish = wish;
        this.listener = listener;
    }

    Wish wish() {
        return wish;
    }

    TextListener listener() {
        return listener;
    }

    @Override
    void tell(ApiException failure) {
        listener.failed(failure);
    }
}
