package org.weft.serve;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** The thread of a {@link BatchModel} and the line before it. */
final class BatchService<I, O> {
    /** Inputs of one request. */
    static final int MOST_INPUTS = 2048;

    private final ServeOptions options;
    private final ModelThread<BatchInquiry<I, O>> thread;

    /**
     * @param name the model's
     * @param opener called on the model's thread
     */
    BatchService(
            String name,
            Callable<? extends BatchModel<I, O>> opener,
            ServeOptions options,
            ServeMetrics metrics,
            Consumer<String> notices) {
        this.options = options;
        WaitingLine<BatchInquiry<I, O>> line =
                new WaitingLine<>(options.maxBatch() + options.queue(), options.timeout(), System::nanoTime);
        metrics.queue(line::length);
        this.thread = new ModelThread<>(
                name, line, () -> new BatchWork<>(opener.call(), options.maxBatch(), metrics), notices);
    }

    ModelThread<?> thread() {
        return thread;
    }

    /**
     * Lets a request's inputs wait for their turn.
     *
     * @param inputs at least one
     * @param whole told what the model says of them, on the model's thread
     * @throws ApiException where there is no room for the request
     */
    void submit(List<I> inputs, Answer answer, Consumer<List<O>> whole) {
        long deadline = answer.arrivedNanos() + options.timeout().toNanos();
        BatchInquiry<I, O> inquiry = new BatchInquiry<>(inputs, deadline, whole, answer::fail);
        thread.submit(List.of(inquiry));
        answer.onGone(inquiry::cancel);
    }
}
