package org.weft.trainer.search;

import java.util.Comparator;
import java.util.List;

/**
 * What a search has found.
 *
 * @param kind grid, random or halving
 * @param seed of what was drawn
 * @param trials in the order in which they were chosen
 */
public record SearchResult(
        SearchSpace space, String kind, long seed, Rungs rungs, Objective objective, List<TrialResult> trials) {

    public SearchResult {
        trials = List.copyOf(trials);
    }

    /** The same with what is known of the trials. */
    public SearchResult with(List<TrialResult> known) {
        return new SearchResult(space, kind, seed, rungs, objective, known);
    }

    /** Best first: those that came further before those that did not, trials that diverged at the end; of equal ones the first chosen. */
    public List<TrialResult> ranked() {
        return trials.stream()
                .sorted(Comparator.comparing(TrialResult::diverged)
                        .thenComparing(trial ->
                                trial.last() == null ? 0 : -trial.last().rung())
                        .thenComparing((a, b) -> objective.compare(a.value(objective), b.value(objective))))
                .toList();
    }

    /** The best that came to a rung and did not diverge, as many as go on from there. */
    public List<Trial> best(int rung, int count) {
        return trials.stream()
                .filter(trial -> Double.isFinite(trial.value(rung, objective)))
                .sorted((a, b) -> objective.compare(a.value(rung, objective), b.value(rung, objective)))
                .limit(count)
                .map(TrialResult::trial)
                .toList();
    }

    /** The best of all; null where none has a value that is a number. */
    public TrialResult best() {
        TrialResult first = ranked().get(0);
        return Double.isFinite(first.value(objective)) ? first : null;
    }
}
