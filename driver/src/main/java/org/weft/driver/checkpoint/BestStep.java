package org.weft.driver.checkpoint;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.HeadKind;
import org.weft.core.config.Metric;
import org.weft.driver.progress.EvaluationRecord;

/**
 * A run's evaluations: which version of the parameters is the best one by a metric, which is the best of those that have a
 * checkpoint, and how long ago that was. They are handed on in the manifests of checkpoints. Safe for use by many threads.
 */
public final class BestStep {
    /** Nothing was evaluated yet. */
    public static final int NONE = -1;

    private final String metric;
    private final int patience;
    /** Scores by metric, null where not finite, by step. */
    private final TreeMap<Integer, Map<String, Double>> evaluations = new TreeMap<>();

    private final Set<Integer> saved = new HashSet<>();

    /**
     * @param metric of {@link HeadKind#metrics}; of the loss less is better, of all others more
     * @param patience evaluations without a better one after which {@link #exhausted}; 0 for never
     */
    public BestStep(String metric, int patience) {
        this.metric = metric;
        this.patience = patience;
    }

    /** Takes what the checkpoint says that a run goes on from. */
    public synchronized void take(CheckpointManifest manifest) {
        evaluations.putAll(manifest.evaluations());
    }

    /**
     * Takes what a run wrote down before, in its log. A manifest before version 3 has no evaluations, and a later one may
     * have been written before its own step's was known.
     */
    public synchronized void take(List<EvaluationRecord> logged) {
        for (EvaluationRecord evaluation : logged) { // Of two of one step the later one stands.
            evaluations
                    .computeIfAbsent(evaluation.step(), step -> new LinkedHashMap<>())
                    .putAll(finite(evaluation.scores()));
        }
    }

    /**
     * A version was evaluated, or evaluated again.
     *
     * @param scores by metric
     */
    public synchronized void evaluated(int step, Map<String, Double> scores) {
        evaluations.put(step, finite(scores));
    }

    private static Map<String, Double> finite(Map<String, Double> scores) {
        Map<String, Double> finite = new LinkedHashMap<>();
        scores.forEach((name, value) -> finite.put(name, Double.isFinite(value) ? value : null));
        return finite;
    }

    /** What a checkpoint of a step is to say of the run so far. */
    public synchronized Map<Integer, Map<String, Double>> evaluationsUpTo(int step) {
        return new TreeMap<>(evaluations.headMap(step, true));
    }

    /** A checkpoint of this version was committed, by this process or before. */
    public synchronized void saved(int step) {
        saved.add(step);
    }

    /** Whether this version's evaluation is known. */
    public synchronized boolean knows(int step) {
        Map<String, Double> scores = evaluations.get(step);
        return scores != null && scores.containsKey(metric);
    }

    /**
     * The step of the best value, of equal ones that with the least loss, and of those the first; {@link #NONE} before any was
     * finite.
     */
    public synchronized int step() {
        return best(evaluations, true);
    }

    /** As {@link #step}, of the versions that have a checkpoint: whatever is to be kept and used later is one of them. */
    public synchronized int savedStep() {
        TreeMap<Integer, Map<String, Double>> kept = new TreeMap<>(evaluations);
        kept.keySet().retainAll(saved);
        return best(kept, true);
    }

    /** @param byLoss whether of equal values that with the least loss is taken, else the first */
    private int best(TreeMap<Integer, Map<String, Double>> among, boolean byLoss) {
        int best = NONE;
        double least = Double.POSITIVE_INFINITY;
        double leastLoss = Double.POSITIVE_INFINITY;
        double sign = metric.equals(Metric.LOSS.word()) ? 1 : -1;
        for (var evaluated : among.entrySet()) {
            Double value = evaluated.getValue().get(metric);
            Double known = evaluated.getValue().get(Metric.LOSS.word());
            double loss = known == null ? Double.POSITIVE_INFINITY : known;
            if (value != null && (sign * value < least || byLoss && sign * value == least && loss < leastLoss)) {
                least = sign * value;
                leastLoss = loss;
                best = evaluated.getKey();
            }
        }
        return best;
    }

    /** Whether so many evaluations in a row brought nothing better: an equal value is not, whatever its loss. */
    public synchronized boolean exhausted() {
        int best = best(evaluations, false);
        return patience > 0
                && best != NONE
                && evaluations.tailMap(best, false).values().stream()
                                .filter(scores -> scores.containsKey(metric))
                                .count()
                        >= patience;
    }

    /** What there is to say of a run that ends for it. */
    public String account() {
        return "the best val_" + metric + " was that of step " + step();
    }
}
