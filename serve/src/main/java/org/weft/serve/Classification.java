package org.weft.serve;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;

/**
 * Classifies the texts of all requests that wait, as many at once as a batch has room for. Where a batch fails, each of
 * its requests is tried alone, so that one bad text fails its own request only. The model's thread's.
 */
final class Classification implements Work<LabelInquiry> {
    private final TextClassifier classifier;
    private final int maxBatch;
    private final ServeMetrics metrics;

    Classification(TextClassifier classifier, int maxBatch, ServeMetrics metrics) {
        this.classifier = classifier;
        this.maxBatch = maxBatch;
        this.metrics = metrics;
    }

    @Override
    public boolean busy() {
        return false; // A round finishes what it takes.
    }

    @Override
    public void round(WaitingLine<LabelInquiry> line) {
        List<LabelInquiry> taken = new ArrayList<>();
        int texts = 0;
        while (texts < maxBatch) {
            LabelInquiry inquiry = line.poll();
            if (inquiry == null) {
                break;
            }
            if (line.over(inquiry)) {
                line.end(inquiry);
                continue;
            }
            taken.add(inquiry);
            texts += inquiry.texts().size();
        }
        if (!taken.isEmpty()) {
            metrics.batch(texts);
            answer(taken, line);
        }
    }

    private void answer(List<LabelInquiry> inquiries, WaitingLine<LabelInquiry> line) {
        List<List<LabelProbability>> labels;
        try {
            labels = classifier.classify(inquiries.stream()
                    .flatMap(inquiry -> inquiry.texts().stream())
                    .toList());
        } catch (RuntimeException failure) {
            if (inquiries.size() > 1) {
                inquiries.forEach(inquiry -> answer(List.of(inquiry), line));
            } else {
                inquiries.get(0).fail(told(failure));
                line.done();
            }
            return;
        }
        int at = 0;
        for (LabelInquiry inquiry : inquiries) {
            int end = at + inquiry.texts().size();
            inquiry.classified(labels.subList(at, end));
            line.done();
            at = end;
        }
    }

    private static ApiException told(RuntimeException failure) {
        return failure instanceof WeftException
                ? ApiException.invalid("input", failure.getMessage())
                : ApiException.internal("the classifier failed: " + failure.getMessage());
    }

    @Override
    public void failAll(WaitingLine<LabelInquiry> line, ApiException failure) {
        // Between two rounds none is taken.
    }

    @Override
    public void close() {
        classifier.close();
    }
}
