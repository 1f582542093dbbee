package org.weft.tuning.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;

/**
 * What a metric comes to over the folds of a cross-validation.
 *
 * @param mean NaN where it has no value in some fold
 * @param standardDeviation of the folds as a sample, by folds - 1; NaN of a single fold
 */
public record FoldSummary(double mean, double standardDeviation, int folds) {

    /**
     * For each metric.
     *
     * @param folds each fold's metrics, one fold or more, all with the same names
     * @throws WeftException where there is no fold or names differ
     */
    public static Map<String, FoldSummary> of(List<Map<String, Double>> folds) {
        if (folds.isEmpty()) {
            throw WeftException.invalidData("0 folds have no mean", "evaluate one fold or more");
        }
        Map<String, FoldSummary> summaries = new LinkedHashMap<>();
        for (String name : folds.get(0).keySet()) {
            summaries.put(
                    name,
                    of(folds.stream().mapToDouble(fold -> value(fold, name)).toArray()));
        }
        return summaries;
    }

    private static double value(Map<String, Double> fold, String name) {
        Double value = fold.get(name);
        if (value == null) {
            throw WeftException.invalidData(
                    "a fold has no " + name + ", only " + fold.keySet(), "summarise folds of one and the same task");
        }
        return value;
    }

    private static FoldSummary of(double[] values) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new FoldSummary(mean, Math.sqrt(squares / (values.length - 1)), values.length);
    }
}
