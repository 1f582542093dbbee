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

    /** @param maxBatch sequences of a round, unless one input alone has more */
    BatchWork(BatchModel<I, O> model, int maxBatch, ServeMetrics metrics) {
        this.model = model;
        this.maxBatch = maxBatch;
        this.metrics = metrics;
    }

    /** A request that was taken, with the answers to its first inputs. */
    private static final class Open<I, O> {
        private final BatchInquiry<I, O> inquiry;
        private final List<O> answers = new ArrayList<>();
        private int measured = -1; // the input that was measured last: it may have to wait for the next round
        private int sequences; // of that one

        Open(BatchInquiry<I, O> inquiry) {
            this.inquiry = inquiry;
        }

        int left() {
            return inquiry.inputs().size() - answers.size();
        }

        /** Of one of the inputs that are left. */
        int sequences(int ofLeft, BatchModel<I, O> model) {
            int at = answers.size() + ofLeft;
            if (at != measured) {
                sequences = model.sequences(inquiry.inputs().get(at));
                measured = at;
            }
            return sequences;
        }
    }

    /** The next inputs of a request. */
    private record Part<I, O>(Open<I, O> of, int count) {
        List<I> inputs() {
            int from = of.answers.size();
            return of.inquiry.inputs().subList(from, from + count);
        }
    }

    @Override
    public boolean busy() {
        return !open.isEmpty();
    }

    @Override
    public void round(WaitingLine<BatchInquiry<I, O>> line) {
        open.removeIf(each -> ended(each.inquiry, line));
        take(line);
        List<Part<I, O>> parts = parts(line);
        if (!parts.isEmpty()) {
            metrics.batch(parts.stream().mapToInt(Part::count).sum());
            answer(parts, line);
        }
    }

    /** Requests that wait, as many as a batch may have inputs of. */
    private void take(WaitingLine<BatchInquiry<I, O>> line) {
        int inputs = open.stream().mapToInt(Open::left).sum();
        while (inputs < maxBatch) {
            BatchInquiry<I, O> inquiry = line.poll();
            if (inquiry == null) {
                return;
            }
            if (!ended(inquiry, line)) {
                open.add(new Open<>(inquiry));
                inputs += inquiry.inputs().size();
            }
        }
    }

    /** The next inputs in their order, until one has more sequences than there is room for beside those before it. */
    private List<Part<I, O>> parts(WaitingLine<BatchInquiry<I, O>> line) {
        List<Part<I, O>> parts = new ArrayList<>();
        int room = maxBatch;
        for (Open<I, O> each : List.copyOf(open)) {
            int left = room;
            int count = 0;
            try {
                while (left > 0 && count < each.left()) {
                    int sequences = each.sequences(count, model);
                    if (sequences > left && left < maxBatch) {
                        left = 0; // Who comes next waits, too.
                    } else {
                        left -= sequences;
                        count++;
                    }
                }
            } catch (RuntimeException | OutOfMemoryError failure) {
                end(each, told(failure), line);
                continue;
            }
            if (count > 0) {
                parts.add(new Part<>(each, count));
            }
            room = left;
        }
        return parts;
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
                end(parts.get(0).of(), told(failure), line);
            }
            return;
        }
        int at = 0;
        for (Part<I, O> part : parts) {
            part.of().answers.addAll(answers.subList(at, at + part.count()));
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
            whole.inquiry.answered(whole.answers);
        } catch (RuntimeException | OutOfMemoryError failure) {
            whole.inquiry.fail(ApiException.failed("the answer could not be written: ", failure));
        } finally {
            line.done();
        }
    }

    private void end(Open<I, O> failed, ApiException failure, WaitingLine<BatchInquiry<I, O>> line) {
        open.remove(failed);
        line.fail(failed.inquiry, failure);
    }

    private static ApiException told(Throwable failure) {
        return failure instanceof WeftException known && known.status() == ExitStatus.INVALID_DATA
                ? ApiException.invalid("input", failure.getMessage())
                : ApiException.failed("the model failed: ", failure);
    }

    @Override
    public void failAll(WaitingLine<BatchInquiry<I, O>> line, ApiException failure) {
        for (Open<I, O> each = open.poll(); each != null; each = open.poll()) {
            line.fail(each.inquiry, failure);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
