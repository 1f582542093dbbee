package org.weft.tuning.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.scores.Scores;
import org.weft.tuning.metrics.ByClass;
import org.weft.tuning.metrics.ConfusionMatrix;
import org.weft.tuning.metrics.Curve;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.Ranking;
import org.weft.tuning.metrics.Reliability;

/** A report as {@code results.json}: keys in snake_case, always the same for a task; null for what has no value. */
public final class EvaluationJson {
    /** Points of a curve, at most. */
    static final int CURVE_POINTS = 200;

    private EvaluationJson() {}

    /** The file's content. */
    public static byte[] results(EvaluationReport report) {
        try {
            return (Json.INDENTED.writeValueAsString(tree(report)) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same as a tree. */
    public static ObjectNode tree(EvaluationReport report) {
        EvaluationData data = report.data();
        ObjectNode root = Json.INDENTED.createObjectNode();
        root.put("task", data.predictions().task()).put("title", data.title());
        root.put("rows", data.predictions().rows());
        ObjectNode facts = root.putObject("facts");
        data.facts().forEach(facts::put);
        put(root.putObject("metrics"), report.metrics());
        ObjectNode intervals = root.putObject("intervals");
        report.intervals().forEach((name, interval) -> {
            ObjectNode node = intervals.putObject(name);
            put(node, "low", interval.low());
            put(node, "high", interval.high());
            node.put("undefined_resamples", interval.undefined());
        });
        root.putObject("bootstrap")
                .put("resamples", report.bootstrap().resamples())
                .put("confidence", report.bootstrap().confidence())
                .put("seed", report.bootstrap().seed());
        details(root, data.predictions());
        groups(root.putArray("groups"), report.groupings());
        if (report.fairness() != null) {
            FairnessJson.write(root, report);
        }
        ArrayNode worst = root.putArray("worst");
        for (WorstRow row : report.worst()) {
            ObjectNode node = put(worst.addObject().put("row", row.row()), "error", row.error())
                    .put("expected", row.expected())
                    .put("predicted", row.predicted())
                    .put("text", row.text());
            if (row.explanation() != null) {
                explanation(node.putObject("explanation"), row.explanation());
            }
        }
        ArrayNode training = root.putArray("training");
        for (TrainingCurve curve : data.training()) {
            ObjectNode node = training.addObject().put("name", curve.name());
            put(node, "steps", curve.steps());
            put(node, "values", curve.values());
        }
        return root;
    }

    private static void explanation(ObjectNode node, RowExplanation why) {
        node.put("method", why.method());
        ArrayNode tokens = node.putArray("tokens");
        why.tokens().forEach(token -> put(tokens.addObject().put("token", token.text()), "score", token.score()));
        if (why.steps() > 0) {
            put(node, "convergence_delta", why.convergenceDelta()).put("explain_steps", why.steps());
        }
    }

    /** Whatever the task's predictions have beside their metrics. */
    private static void details(ObjectNode root, Predictions predictions) {
        predictions.byClass().ifPresent(scores -> byClass(root.putArray(scores.of()), scores));
        predictions.confusionMatrix().ifPresent(matrix -> confusions(root.putArray("confusion_matrix"), matrix));
        predictions.calibration().ifPresent(bins -> reliability(root.putArray("reliability"), bins));
    }

    private static void byClass(ArrayNode nodes, ByClass scores) {
        for (int i = 0; i < scores.names().size(); i++) {
            Scores of = scores.matches().of(i);
            ObjectNode node = nodes.addObject()
                    .put("name", scores.names().get(i))
                    .put("precision", of.precision())
                    .put("recall", of.recall())
                    .put("f1", of.f1())
                    .put("support", of.support());
            if (scores.ranking() != null) {
                ranking(node, scores.ranking().apply(i));
            }
        }
    }

    private static void confusions(ArrayNode rows, ConfusionMatrix matrix) {
        for (int label = 0; label < matrix.classes(); label++) {
            ArrayNode row = rows.addArray();
            for (int prediction = 0; prediction < matrix.classes(); prediction++) {
                row.add(matrix.count(label, prediction));
            }
        }
    }

    private static void reliability(ArrayNode bins, Reliability reliability) {
        for (int i = 0; i < reliability.bins(); i++) {
            Reliability.Bin bin = reliability.bin(i);
            ObjectNode node = bins.addObject().put("low", bin.low()).put("high", bin.high());
            node.put("rows", bin.rows());
            put(node, "confidence", bin.confidence());
            put(node, "accuracy", bin.accuracy());
        }
    }

    private static void ranking(ObjectNode node, Ranking ranking) {
        put(node, "roc_auc", ranking.rocAuc());
        put(node, "average_precision", ranking.averagePrecision());
        curve(node.putObject("roc_curve"), ranking.roc(), "false_positive_rate", "true_positive_rate");
        curve(node.putObject("precision_recall_curve"), ranking.precisionRecall(), "recall", "precision");
    }

    private static void curve(ObjectNode node, Curve all, String xName, String yName) {
        Curve curve = all.thinned(CURVE_POINTS);
        put(node, xName, curve.x());
        put(node, yName, curve.y());
        put(node, "thresholds", curve.thresholds());
    }

    private static void groups(ArrayNode nodes, List<Grouping> groupings) {
        for (Grouping grouping : groupings) {
            ObjectNode node = nodes.addObject().put("column", grouping.column()).put("left_out", grouping.leftOut());
            put(node.putObject("gaps"), grouping.gaps());
            ArrayNode groups = node.putArray("groups");
            for (Grouping.Group group : grouping.groups()) {
                ObjectNode one = groups.addObject().put("value", group.value()).put("rows", group.rows());
                put(one.putObject("metrics"), group.metrics());
                put(one.putObject("difference"), group.difference());
            }
        }
    }

    private static void put(ObjectNode node, Map<String, Double> values) {
        values.forEach((name, value) -> put(node, name, value.doubleValue()));
    }

    private static void put(ObjectNode node, String key, double[] values) {
        ArrayNode array = node.putArray(key);
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
    }

    /** JSON has no word for what is not finite. */
    static ObjectNode put(ObjectNode node, String key, double value) {
        return Double.isFinite(value) ? node.put(key, value) : node.putNull(key);
    }
}
