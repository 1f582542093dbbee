package org.weft.serve;

import java.util.List;

/** Some texts of one request to be classified. */
final class LabelInquiry extends Inquiry {
    private final List<String> texts;
    private final Listener listener;

    /** Who waits for it; called on the model's thread. */
    interface Listener {
        void classified(List<List<LabelProbability>> labels);

        void failed(ApiException failure);
    }

    LabelInquiry(List<String> texts, long deadlineNanos, Listener listener) {
        super(deadlineNanos);
        this.texts = texts;
        this.listener = listener;
    }

    List<String> texts() {
        return texts;
    }

    void classified(List<List<LabelProbability>> labels) {
        listener.classified(labels);
    }

    @Override
    void fail(ApiException failure) {
        listener.failed(failure);
    }
}
