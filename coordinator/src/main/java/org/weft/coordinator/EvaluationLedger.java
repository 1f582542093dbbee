package org.weft.coordinator;

import java.util.Arrays;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;

/** What is known of the evaluation at hand. Batches are added in batch order, whoever evaluated them. One thread's. */
final class EvaluationLedger {
    final WorkPool batches;
    private final long[] targets;
    private long[][] classes = {}; // (K, 3)

    EvaluationLedger(WorkPool batches, int count) {
        this.batches = batches;
        this.targets = new long[count];
    }

    void batchesEvaluated(Message.BatchesEvaluated report) {
        LaneSpan span = new LaneSpan(report.firstBatch(), report.losses().length);
        System.arraycopy(report.targets(), 0, targets, span.first(), span.count());
        count(report.counts());
        batches.deliver(report.worker(), span, report.losses());
    }

    /** Sums of whole numbers: their order does not matter, but that each batch counts once, before it is delivered. */
    private void count(int[] rows) {
        for (int at = 0; at < rows.length; at += 5) {
            if (batches.isDone(rows[at])) {
                continue;
            }
            int of = rows[at + 1];
            int known = classes.length;
            if (of >= known) {
                classes = Arrays.copyOf(classes, of + 1);
                Arrays.setAll(classes, k -> k < known ? classes[k] : new long[3]);
            }
            for (int i = 0; i < 3; i++) {
                classes[of][i] += rows[at + 2 + i];
            }
        }
    }

    boolean isComplete() {
        return batches.isComplete();
    }

    /** Of the complete batches. */
    Evaluation evaluation() {
        return new Evaluation(meanLoss(), classes);
    }

    private double meanLoss() {
        double nats = 0;
        long tokens = 0;
        double[] losses = batches.results();
        for (int i = 0; i < losses.length; i++) {
            nats += losses[i];
            tokens += targets[i];
        }
        return nats / tokens;
    }
}
