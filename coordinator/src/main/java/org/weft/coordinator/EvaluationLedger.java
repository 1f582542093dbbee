package org.weft.coordinator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.batches.ValidationPart;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.model.ClassTally;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.Message;

/** What is known of the evaluation at hand. Batches are added in batch order, whoever evaluated them. One thread's. */
final class EvaluationLedger {
    final WorkPool batches;
    private final List<ValidationPart> parts;
    private final double[] targets;
    private final SortedMap<Integer, ClassTally> classes = new TreeMap<>();

    /** @param parts whose the batches are, one after the other */
    EvaluationLedger(WorkPool batches, List<ValidationPart> parts) {
        this.batches = batches;
        this.parts = parts;
        this.targets = new double[ValidationPart.batches(parts)];
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
        return new Evaluation(meanLoss(0, targets.length), List.copyOf(classes.values()), bySource());
    }

    private Map<String, Double> bySource() {
        Map<String, Double> losses = new LinkedHashMap<>();
        int first = 0;
        for (ValidationPart part : parts) {
            if (!part.source().isEmpty()) {
                losses.put(part.source(), meanLoss(first, first + part.batches()));
            }
            first += part.batches();
        }
        return losses;
    }

    /** What was to be predicted in all of the complete batches, by the weights of its classes. */
    double weight() {
        return inOrder(targets, 0, targets.length);
    }

    private double meanLoss(int from, int end) {
        return inOrder(batches.results(), from, end) / inOrder(targets, from, end);
    }

    /** A plain sum in the order of batches: Java's own for streams compensates. */
    private static double inOrder(double[] each, int from, int end) {
        double sum = 0;
        for (int i = from; i < end; i++) {
            sum += each[i];
        }
        return sum;
    }
}
