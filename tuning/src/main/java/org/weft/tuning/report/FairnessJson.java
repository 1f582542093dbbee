package org.weft.tuning.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.weft.tuning.metrics.Fairness;
import org.weft.tuning.metrics.Interval;

/** The key {@code fairness} of {@code results.json}. */
final class FairnessJson {
    private FairnessJson() {}

    /** Of a report that has any. */
    static void write(ObjectNode root, EvaluationReport report) {
        Fairness fairness = report.fairness();
        ObjectNode node = root.putObject("fairness");
        node.put(
                "column",
                report.groupings().isEmpty() ? null : report.groupings().get(0).column());
        fairness.judgedClasses().forEach(node.putArray("classes")::add);
        node.put("least_rows", fairness.leastRows());
        List<Fairness.Group> groups = fairness.groups();
        node.put("rows_without_group", groups.isEmpty() ? null : fairness.withoutGroup());
        ObjectNode gaps = node.putObject("gaps");
        fairness.gaps().forEach((name, value) -> {
            Interval interval = report.gapIntervals().get(name);
            ObjectNode gap = gaps.putObject(name);
            EvaluationJson.put(gap, "value", value);
            EvaluationJson.put(gap, "low", interval.low());
            EvaluationJson.put(gap, "high", interval.high());
            gap.put("undefined_resamples", interval.undefined());
        });
        ArrayNode classes = node.putArray("gaps_by_class");
        fairness.byClass().forEach(of -> put(classes.addObject().put("name", of.name()), of.gaps()));
        node.put("groups_left_out", Math.max(0, groups.size() - Grouping.MOST));
        ArrayNode shown = node.putArray("groups");
        groups.stream().limit(Grouping.MOST).forEach(group -> group(shown.addObject(), group));
    }

    private static void group(ObjectNode node, Fairness.Group group) {
        node.put("value", group.value()).put("rows", group.rows()).put("compared", group.compared());
        EvaluationJson.put(node, "accuracy", group.accuracy());
        ArrayNode classes = node.putArray("classes");
        for (Fairness.Rates rates : group.rates()) {
            ObjectNode one = classes.addObject().put("name", rates.name()).put("positives", rates.positives());
            EvaluationJson.put(one, "selection_rate", rates.selectionRate());
            EvaluationJson.put(one, "true_positive_rate", rates.truePositiveRate());
            EvaluationJson.put(one, "false_positive_rate", rates.falsePositiveRate());
        }
    }

    private static void put(ObjectNode node, Map<String, Double> values) {
        values.forEach((name, value) -> EvaluationJson.put(node, name, value.doubleValue()));
    }
}
