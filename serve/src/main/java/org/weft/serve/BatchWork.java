package org.weft.serve;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;

/**
 * Answers the inputs of all requests that wait, as many at once as a batch has room for. Where a batch fails, each of its
 * requests is tried alone, so that one bad input fails its own request only. The model's thread's.
 */
final class BatchWork<I, O> implements Work<BatchInquiry<I, O>> {
    private final BatchModel<I, O> model;
    private final int maxBatch;
    private final ServeMetrics metrics;

    BatchWork(BatchModel<I, O> model, int maxBatch, ServeMetrics metrics) {
        this.model = model;
        this.maxBatch = maxBatch;
        this.metrics = metrics;
    }

    @Override
    public boolean busy() {
        return false; // A round finishes what it takes.
    }

    @Override
    public void round(WaitingLine<BatchInquiry<I, O>> line) {
        List<BatchInquiry<I, O>> taken = new ArrayList<>();
        int inputs = 0;
        while (inputs < maxBatch) {
            BatchInquiry<I, O> inquiry = line.poll();
            if (inquiry == null) {
                break;
            }
            if (line.over(inquiry)) {
                line.end(inquiry);
                continue;
            }
            taken.add(inquiry);
            inputs += inquiry.inputs().size();
        }
        if (!taken.isEmpty()) {
            metrics.batch(inputs);
            answer(taken, line);
        }
    }

    private void answer(List<BatchInquiry<I, O>> inquiries, WaitingLine<BatchInquiry<I, O>> line) {
        List<O> answers;
        try {
            answers = model.answers(inquiries.stream()
                    .flatMap(inquiry -> inquiry.inputs().stream())
                    .toList());
        } catch (RuntimeException | OutOfMemoryError failure) {
            if (inquiries.size() > 1) {
                inquiries.forEach(inquiry -> answer(List.of(inquiry), line));
            } else {
                inquiries.get(0).fail(told(failure));
                line.done();
            }
            return;
        }
        int at = 0;
        for (BatchInquiry<I, O> inquiry : inquiries) {
            int end = at + inquiry.inputs().size();
            inquiry.answered(answers.subList(at, end));
            line.done();
            at = end;
        }
    }

    private static ApiException told(Throwable failure) {
        return failure instanceof WeftException
                ? ApiException.invalid("input", failure.getMessage())
                : ApiException.internal("the model failed: " + failure.getMessage());
    }

    @Override
    public void failAll(WaitingLine<BatchInquiry<I, O>> line, ApiException failure) {
        // Between two rounds none is taken.
    }

    @Override
    public void close() {
        model.close();
    }
}
