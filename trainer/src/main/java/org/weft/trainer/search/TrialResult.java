package org.weft.trainer.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a trial came, and what it was worth there.
 *
 * @param judged by rung, in the order of rungs
 * @param divergedAt steps that were done when a loss or gradient was not finite; {@link #NEVER} of a trial that did not diverge
 */
public record TrialResult(Trial trial, List<Judged> judged, int divergedAt) {
    public static final int NEVER = -1;

    /**
     * What an evaluation found.
     *
     * @param rung steps at which it was asked for; {@link Rungs#WHOLE} at the trial's end
     * @param step that was evaluated
     * @param scores by name; NaN where one is no number
     */
    public record Judged(int rung, int step, Map<String, Double> scores) {
        public Judged {
            scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        }

        double value(Objective objective) {
            return scores.getOrDefault(objective.score(), Double.NaN);
        }
    }

    public TrialResult {
        judged = List.copyOf(judged);
    }

    /** Of which nothing is known yet. */
    public static TrialResult of(Trial trial) {
        return new TrialResult(trial, List.of(), NEVER);
    }

    public boolean diverged() {
        return divergedAt != NEVER;
    }

    /** Whether nothing is left to do of it up to a rung. */
    public boolean isDone(int rung) {
        return divergedBefore(rung) || judged.stream().anyMatch(one -> one.rung() == rung);
    }

    /** With what was found at a rung. */
    public TrialResult with(Judged found) {
        List<Judged> all = new ArrayList<>(judged);
        all.removeIf(one -> one.rung() == found.rung());
        all.add(found);
        all.sort((a, b) -> Integer.compare(a.rung(), b.rung()));
        return new TrialResult(trial, all, divergedAt);
    }

    /** A trial that came no further. */
    public TrialResult divergedAfter(int step) {
        return new TrialResult(trial, judged, step);
    }

    private boolean divergedBefore(int rung) {
        return diverged() && divergedAt < rung;
    }

    /**
     * What a search knows that took the trial to these rungs, whatever another has found beyond them.
     *
     * @param rungs in their order; at least one
     */
    public TrialResult upTo(List<Rungs.Rung> rungs) {
        List<Judged> found = judged.stream()
                .filter(one -> rungs.stream().anyMatch(rung -> rung.steps() == one.rung()))
                .toList();
        boolean lost = divergedBefore(rungs.get(rungs.size() - 1).steps());
        return new TrialResult(trial, found, lost ? divergedAt : NEVER);
    }

    /** At a rung; NaN where it was not judged there, or diverged. */
    double value(int rung, Objective objective) {
        return diverged()
                ? Double.NaN
                : judged.stream()
                        .filter(one -> one.rung() == rung)
                        .mapToDouble(one -> one.value(objective))
                        .findFirst()
                        .orElse(Double.NaN);
    }

    /** At the last rung that it was judged at; null where that is none. */
    Judged last() {
        return judged.isEmpty() ? null : judged.get(judged.size() - 1);
    }

    /** At the last rung; NaN where there is none, or it diverged. */
    public double value(Objective objective) {
        return last() == null ? Double.NaN : value(last().rung(), objective);
    }

    /** The step that counts; 0 where none was judged. */
    public int step() {
        return diverged() ? divergedAt : last() == null ? 0 : last().step();
    }
}
