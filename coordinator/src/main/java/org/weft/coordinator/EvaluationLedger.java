package org.weft.coordinator;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.model.ClassTally;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.Message;

/** What is known of the evaluation at hand. Batches are added in batch order, whoever evaluated them. One thread's. */
final class EvaluationLedger {
    final WorkPool batches;
    private final double[] targets;
    private final SortedMap<Integer, ClassTally> classes = new TreeMap<>();

    EvaluationLedger(WorkPool batches, int count) {
        this.batches = batches;
        this.targets = new double[count];
    }

    void batchesEvaluated(Message.BatchesEvaluated report) {
        LaneSpan span = new LaneSpan(report.firstBatch(), report.batches().length);
        double[] losses = new double[span.count()];
        for (int i = 0; i < losses.length; i++) {
            BatchScore score = report.batches()[i];
            losses[i] = score.loss();
            targets[span.first() + i] = score.targets();
            if (!batches.isDone(span.first() + i)) {
                count(score.classes());
            }
        }
        batches.deliver(report.worker(), span, losses);
    }

    /** Sums of whole numbers: their order does not matter, but that each batch counts once, before it is delivered. */
    private void count(ClassTally[] tallies) {
        for (ClassTally tally : tallies) {
            classes.merge(tally.of(), tally, ClassTally::plus);
        }
    }

    boolean isComplete() {
        return batches.isComplete();
    }

    /** Of the complete batches. */
    Evaluation evaluation() {
        return new Evaluation(meanLoss(), List.copyOf(classes.values()));
    }

    /** What was to be predicted in all of the complete batches, by the weights of its classes. */
    double weight() {
        return inOrder(targets);
    }

    private double meanLoss() {
        return inOrder(batches.results()) / weight();
    }

    /** A plain sum in the order of batches: Java's own for streams compensates. */
    private static double inOrder(double[] each) {
        double sum = 0;
        for (double value : each) {
            sum += value;
        }
        return sum;
    }
}
