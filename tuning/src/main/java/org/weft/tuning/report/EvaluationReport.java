package org.weft.tuning.report;

import java.util.List;
import java.util.Map;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.Decisions;
import org.weft.tuning.metrics.Fairness;
import org.weft.tuning.metrics.Interval;
import org.weft.tuning.metrics.SmallSample;

/**
 * An evaluation with all that is told of it. {@link EvaluationJson} and {@link EvaluationPage} write it down.
 *
 * @param metrics of all rows, by name
 * @param intervals of the same metrics
 * @param bootstrap how the intervals were found
 * @param groupings one for each metadata column
 * @param fairness by the first metadata column, where rows are of classes or have labels; null otherwise
 * @param gapIntervals of fairness's gaps; empty where there are none
 * @param worst rows, the worst first
 */
public record EvaluationReport(
        EvaluationData data,
        Map<String, Double> metrics,
        Map<String, Interval> intervals,
        Bootstrap bootstrap,
        List<Grouping> groupings,
        Fairness fairness,
        Map<String, Interval> gapIntervals,
        List<WorstRow> worst) {

    /** Of two classes the second one's rates are compared between groups, of more each. */
    public static EvaluationReport of(EvaluationData data, Bootstrap bootstrap) {
        return of(data, bootstrap, -1);
    }

    /**
     * Computes everything; most of the time goes to the resamples.
     *
     * @param positive number of the one class whose rates are compared between groups; -1 for the usual ones
     */
    public static EvaluationReport of(EvaluationData data, Bootstrap bootstrap, int positive) {
        List<Grouping> groupings = data.columns().entrySet().stream()
                .map(column -> Grouping.of(column.getKey(), column.getValue(), data.predictions()))
                .toList();
        Fairness fairness = data.predictions()
                .decisions()
                .map(decisions -> fairness(decisions, positive, data))
                .orElse(null);
        return new EvaluationReport(
                data,
                data.predictions().metrics(),
                bootstrap.intervals(data.predictions()),
                bootstrap,
                groupings,
                fairness,
                fairness == null ? Map.of() : fairness.intervals(bootstrap),
                WorstRow.of(data.predictions(), data.texts(), data.explanations()));
    }

    private static Fairness fairness(Decisions decisions, int positive, EvaluationData data) {
        List<String> groups = data.columns().values().stream().findFirst().orElse(List.of());
        return new Fairness(decisions, positive, groups, SmallSample.ENOUGH);
    }

    /** What a person should know of the groups before they read the gaps; a line each. */
    public List<String> notices() {
        return fairness == null || fairness.groups().isEmpty()
                ? List.of()
                : FairnessTables.notices(fairness, groupings.get(0).column());
    }
}
