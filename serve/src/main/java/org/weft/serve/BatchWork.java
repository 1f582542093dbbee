package org.weft.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * Answers the inputs of all requests that wait, a batch of them in a round: large requests take several, between which a
 * client that has gone, a deadline and the server's end are seen. Where a batch fails, each of its requests is tried alone, so
 * that one bad input fails its own request only. The model's thread's.
 */
final class BatchWork<I, O> implements Work<BatchInquiry<I, O>> {
    private final BatchModel<I, O> model;
    private final int maxBatch;
    private final ServeMetrics metrics;
    private final Deque<Open<I, O>> open = new ArrayDeque<>(); // in the order in which they came

    BatchWork(BatchModel<I, O> model, int maxBatch, ServeMetrics metrics) {
        this.model = model;
        this.maxBatch = maxBatch;
        this.metrics = metrics;
    }

    /** A request that was taken, with the answers to its first inputs. */
    private record Open<I, O>(BatchInquiry<I, O> inquiry, List<O> answers) {
        int left() {
            return inquiry.inputs().size() - answers.size();
        }
    }

    /** The next inputs of a request. */
    private record Part<I, O>(Open<I, O> of, int count) {
        List<I> inputs() {
            int from = of.answers().size();
            return of.inquiry().inputs().subList(from, from + count);
        }
    }

    @Override
    public boolean busy() {
        return !open.isEmpty();
    }

    @Override
    public void round(WaitingLine<BatchInquiry<I, O>> line) {
        open.removeIf(each -> ended(each.inquiry(), line));
        int inputs = open.stream().mapToInt(Open::left).sum();
        while (inputs < maxBatch) {
            BatchInquiry<I, O> inquiry = line.poll();
            if (inquiry == null) {
                break;
            }
            if (!ended(inquiry, line)) {
                open.add(new Open<>(inquiry, new ArrayList<>()));
                inputs += inquiry.inputs().size();
            }
        }
        List<Part<I, O>> parts = new ArrayList<>();
        int left = maxBatch;
        for (Open<I, O> each : open) {
            int count = Math.min(left, each.left());
            if (count > 0) {
                parts.add(new Part<>(each, count));
                left -= count;
            }
        }
        if (!parts.isEmpty()) {
            metrics.batch(maxBatch - left);
            answer(parts, line);
        }
    }

    private boolean ended(BatchInquiry<I, O> inquiry, WaitingLine<BatchInquiry<I, O>> line) {
        boolean over = line.over(inquiry);
        if (over) {
            line.end(inquiry);
        }
        return over;
    }

    private void answer(List<Part<I, O>> parts, WaitingLine<BatchInquiry<I, O>> line) {
        List<O> answers;
        try {
            answers = model.answers(
                    parts.stream().flatMap(part -> part.inputs().stream()).toList());
        } catch (RuntimeException | OutOfMemoryError failure) {
            if (parts.size() > 1) {
                parts.forEach(part -> answer(List.of(part), line));
            } else {
                Open<I, O> alone = parts.get(0).of();
                open.remove(alone);
                alone.inquiry().fail(told(failure));
                line.done();
            }
            return;
        }
        int at = 0;
        for (Part<I, O> part : parts) {
            part.of().answers().addAll(answers.subList(at, at + part.count()));
            at += part.count();
            if (part.of().left() == 0) {
                open.remove(part.of());
                tell(part.of(), line);
            }
        }
    }

    /** What goes wrong with one answer, such as one too large to write, is no other's fault. */
    private void tell(Open<I, O> whole, WaitingLine<BatchInquiry<I, O>> line) {
        try {
            whole.inquiry().answered(whole.answers());
        } catch (RuntimeException | OutOfMemoryError failure) {
            whole.inquiry().fail(ApiException.internal("the answer could not be written: " + failure.getMessage()));
        } finally {
            line.done();
        }
    }

    private static ApiException told(Throwable failure) {
        return failure instanceof WeftException known && known.status() == ExitStatus.INVALID_DATA
                ? ApiException.invalid("input", failure.getMessage())
                : ApiException.internal("the model failed: " + failure.getMessage());
    }

    @Override
    public void failAll(WaitingLine<BatchInquiry<I, O>> line, ApiException failure) {
        for (Open<I, O> each = open.poll(); each != null; each = open.poll()) {
            each.inquiry().fail(failure);
            line.done();
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
