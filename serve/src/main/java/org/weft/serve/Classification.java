package org.weft.serve;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;

/**
 * Classifies the texts of all requests that wait, as many at once as a batch has room for. Where a batch fails, each of
 * its requests is tried alone, so that one bad text fails its own request only. The engine's thread's.
 */
final class Classification implements Work<ClassifyTask> {
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
    public void round(WaitingLine<ClassifyTask> line) {
        List<ClassifyTask> taken = new ArrayList<>();
        int texts = 0;
        while (texts < maxBatch) {
            ClassifyTask task = line.poll();
            if (task == null) {
                break;
            }
            if (line.over(task)) {
                line.end(task);
                continue;
            }
            taken.add(task);
            texts += task.texts().size();
        }
        if (!taken.isEmpty()) {
            metrics.batch(texts);
            answer(taken, line);
        }
    }

    private void answer(List<ClassifyTask> tasks, WaitingLine<ClassifyTask> line) {
        List<List<LabelProbability>> labels;
        try {
            labels = classifier.classify(
                    tasks.stream().flatMap(task -> task.texts().stream()).toList());
        } catch (RuntimeException failure) {
            if (tasks.size() > 1) {
                tasks.forEach(task -> answer(List.of(task), line));
            } else {
                tasks.get(0).fail(told(failure));
                line.done();
            }
            return;
        }
        int at = 0;
        for (ClassifyTask task : tasks) {
            int end = at + task.texts().size();
            task.classified(labels.subList(at, end));
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
    public void failAll(WaitingLine<ClassifyTask> line, ApiException failure) {
        // Between two rounds none is taken.
    }

    @Override
    public void close() {
        classifier.close();
    }
}
