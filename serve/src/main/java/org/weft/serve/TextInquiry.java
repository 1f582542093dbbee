package org.weft.serve;

import java.util.List;
import org.weft.engine.sampling.SamplingOptions;

/** One text to be generated. */
final class TextInquiry extends Inquiry {
    private final Wish wish;
    private final TextListener listener;

    /**
     * What is asked for.
     *
     * @param prompt at least one token, fewer than the model's context
     * @param stops strings that end the text before them
     * @param maxTokens at least 1; prompt and text together fit the model's context
     */
    record Wish(int[] prompt, SamplingOptions sampling, List<String> stops, int maxTokens) {}

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
    void fail(ApiException failure) {
        listener.failed(failure);
    }
}
