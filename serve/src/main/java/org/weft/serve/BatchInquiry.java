package org.weft.serve;

import java.util.List;
import java.util.function.Consumer;

/** The inputs of one request to a {@link BatchModel}. Who waits is told on the model's thread. */
final class BatchInquiry<I, O> extends Inquiry {
    private final List<I> inputs;
    private final Consumer<List<O>> onAnswers;
    private final Consumer<ApiException> onFailure;

    BatchInquiry(List<I> inputs, long deadlineNanos, Consumer<List<O>> onAnswers, Consumer<ApiException> onFailure) {
        super(deadlineNanos);
        this.inputs = inputs;
        this.onAnswers = onAnswers;
        this.onFailure = onFailure;
    }

    List<I> inputs() {
        return inputs;
    }

    void answered(List<O> answers) {
        onAnswers.accept(answers);
    }

    @Override
    void tell(ApiException failure) {
        onFailure.accept(failure);
    }
}
