package org.weft.tuning.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.tuning.metrics.Predictions;

/**
 * Metrics by group of a metadata column: does the model serve everyone alike?
 *
 * @param groups the largest first, at most {@value #MOST}
 * @param leftOut groups beyond those
 * @param gaps by metric, between the highest and the lowest of the groups that are shown
 */
public record Grouping(String column, List<Group> groups, int leftOut, Map<String, Double> gaps) {
    static final int MOST = 50;
    private static final String MISSING = "(none)";

    /**
     * The rows of one value.
     *
     * @param metrics as {@link Predictions#groupMetrics} has them
     * @param difference of each metric to that of all rows
     */
    public record Group(String value, int rows, Map<String, Double> metrics, Map<String, Double> difference) {}

    static Grouping of(String column, List<String> values, Predictions predictions) {
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int row = 0; row < values.size(); row++) {
            String value = values.get(row) == null ? MISSING : values.get(row);
            rows.computeIfAbsent(value, any -> new ArrayList<>()).add(row);
        }
        Map<String, Double> overall = predictions.groupMetrics();
        List<Group> groups = rows.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<Integer>> entry) ->
                                -entry.getValue().size())
                        .thenComparing(Map.Entry::getKey))
                .limit(MOST)
                .map(entry -> group(entry.getKey(), entry.getValue(), predictions, overall))
                .toList();
        Map<String, Double> gaps = new LinkedHashMap<>();
        overall.keySet().forEach(name -> gaps.put(name, gap(groups, name)));
        return new Grouping(column, groups, rows.size() - groups.size(), gaps);
    }

    private static Group group(String value, List<Integer> rows, Predictions predictions, Map<String, Double> overall) {
        int[] chosen = rows.stream().mapToInt(Integer::intValue).toArray();
        Map<String, Double> metrics = predictions.select(chosen).groupMetrics();
        Map<String, Double> difference = new LinkedHashMap<>();
        metrics.forEach((name, metric) -> difference.put(name, metric - overall.get(name)));
        return new Group(value, chosen.length, metrics, difference);
    }

    private static double gap(List<Group> groups, String name) {
        double[] values = groups.stream()
                .mapToDouble(group -> group.metrics().get(name))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return values.length == 0 ? Double.NaN : values[values.length - 1] - values[0];
    }
}
