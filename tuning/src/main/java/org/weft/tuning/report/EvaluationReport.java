package org.weft.tuning.report;

import java.util.List;
import java.util.Map;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.Interval;

/**
 * An evaluation with all that is told of it. {@link EvaluationJson} and {@link EvaluationPage} write it down.
 *
 * @param metrics of all rows, by name
 * @param intervals of the same metrics
 * @param bootstrap how the intervals were found
 * @param groupings one for each metadata column
 * @param worst rows, the worst first
 */
public record EvaluationReport(
        EvaluationData data,
        Map<String, Double> metrics,
        Map<String, Interval> intervals,
        Bootstrap bootstrap,
        List<Grouping> groupings,
        List<WorstRow> worst) {

    /** Computes everything; most of the time goes to the resamples. */
    public static EvaluationReport of(EvaluationData data, Bootstrap bootstrap) {
        List<Grouping> groupings = data.columns().entrySet().stream()
                .map(column -> Grouping.of(column.getKey(), column.getValue(), data.predictions()))
                .toList();
        return new EvaluationReport(
                data,
                data.predictions().metrics(),
                bootstrap.intervals(data.predictions()),
                bootstrap,
                groupings,
                WorstRow.of(data.predictions(), data.texts()));
    }
}
