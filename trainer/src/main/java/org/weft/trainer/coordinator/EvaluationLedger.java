package org.weft.trainer.coordinator;

import java.util.Arrays;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;

/** What is known of the evaluation at hand. Batches are added in batch order, whoever evaluated them. One thread's. */
final class EvaluationLedger {
    final WorkPool batches;
    private final long[] targets;
    private final long[][] counts;

    EvaluationLedger(WorkPool batches, int count) {
        this.batches = batches;
        this.targets = new long[count];
        this.counts = new long[count][];
    }

    void batchesEvaluated(Message.BatchesEvaluated report) {
        int reported = report.losses().length;
        System.arraycopy(report.targets(), 0, targets, report.firstBatch(), reported);
        int each = report.counts().length / reported;
        for (int i = 0; i < reported; i++) {
            counts[report.firstBatch() + i] = Arrays.copyOfRange(report.counts(), i * each, (i + 1) * each);
        }
        LaneSpan span = new LaneSpan(report.firstBatch(), reported);
        batches.deliver(report.worker(), span, report.losses());
    }

    boolean isComplete() {
        return batches.isComplete();
    }

    /** Of the complete batches. */
    Evaluation evaluation() {
        long[] sums = new long[counts[0].length];
        for (long[] batch : counts) {
            Arrays.setAll(sums, i -> sums[i] + batch[i]);
        }
        return new Evaluation(meanLoss(), sums);
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
