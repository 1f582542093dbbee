package org.weft.trainer.coordinator;

import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;

/** What is known of the evaluation at hand. Batches are added in batch order, whoever evaluated them. One thread's. */
final class EvaluationLedger {
    final WorkPool batches;
    private final long[] targets;

    EvaluationLedger(WorkPool batches, int count) {
        this.batches = batches;
        this.targets = new long[count];
    }

    void batchesEvaluated(Message.BatchesEvaluated report) {
        System.arraycopy(report.targets(), 0, targets, report.firstBatch(), report.targets().length);
        LaneSpan span = new LaneSpan(report.firstBatch(), report.losses().length);
        batches.deliver(report.worker(), span, report.losses());
    }

    boolean isComplete() {
        return batches.isComplete();
    }

    /** Nats a target token. */
    double meanLoss() {
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
