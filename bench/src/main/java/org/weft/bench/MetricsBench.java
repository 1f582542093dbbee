package org.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.Decisions;
import org.weft.tuning.metrics.Fairness;
import org.weft.tuning.metrics.FoldSummary;
import org.weft.tuning.report.EvaluationData;
import org.weft.tuning.report.EvaluationJson;
import org.weft.tuning.report.EvaluationReport;
import org.weft.tuning.report.PredictionsJson;

/**
 * Every number of {@code results.json} against what other programs say of the same predictions: the largest difference for
 * each, absolute up to 1 and relative beyond. Reads what {@code peers/metrics.py} or {@code peers/fairness.py} wrote. Exit status 1 where one is over
 * the bar, or a value stands where there should be none.
 */
public final class MetricsBench {
    private static final double BAR = 1e-9;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Difference> differences = new TreeMap<>();
    private int cases;
    private String peers = "";

    /** Of one number of one task, over all cases. */
    private static final class Difference {
        private double largest;
        private long values;
        private long without;
        private int line;
    }

    /** @param args the file */
    public static void main(String[] args) throws IOException {
        MetricsBench bench = new MetricsBench();
        try (BufferedReader lines = Files.newBufferedReader(Path.of(args[0]))) {
            String line;
            for (int i = 1; (line = lines.readLine()) != null; i++) {
                bench.line(JSON.readTree(line), i);
            }
        }
        if (!bench.print()) {
            System.exit(1);
        }
    }

    private void line(JsonNode line, int number) {
        if (line.has("peers")) {
            peers = line.path("peers").asText();
            return;
        }
        cases++;
        JsonNode expected = line.path("expected");
        if (line.has("folds")) {
            compare("folds", expected, folds(line.path("folds")), number);
        } else if (line.has("groups")) {
            compare("fairness", expected, fairness(line), number);
        } else {
            compare(line.path("predictions").path("task").asText(), expected, results(line), number);
        }
    }

    private static JsonNode results(JsonNode line) {
        JsonNode bootstrap = line.path("bootstrap");
        Bootstrap resamples = new Bootstrap(
                bootstrap.path("resamples").asInt(),
                bootstrap.path("confidence").asDouble(),
                bootstrap.path("seed").asLong());
        EvaluationData data = EvaluationData.of("case", PredictionsJson.read(line.path("predictions")));
        return EvaluationJson.tree(EvaluationReport.of(data, resamples));
    }

    /** Of rows that were taken for one class each, without regard to how few they are. */
    private static JsonNode fairness(JsonNode line) {
        int classes = line.path("classes").asInt();
        int[] labels = JSON.convertValue(line.path("labels"), int[].class);
        double[] probabilities = new double[labels.length * classes];
        List<String> groups = new ArrayList<>();
        for (int row = 0; row < labels.length; row++) {
            probabilities[row * classes + line.path("said").path(row).asInt()] = 1;
            groups.add(line.path("groups").path(row).textValue());
        }
        List<String> names =
                IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        Decisions decisions =
                ClassPredictions.of(names, labels, probabilities).decisions().orElseThrow();
        Fairness fairness = new Fairness(decisions, line.path("positive").asInt(), groups, 1);
        ObjectNode root = JSON.createObjectNode();
        put(root.putObject("gaps"), fairness.gaps());
        ArrayNode byClass = root.putArray("by_class");
        fairness.byClass().forEach(of -> put(byClass.addObject(), of.gaps()));
        ArrayNode found = root.putArray("groups");
        for (Fairness.Group group : fairness.groups()) {
            ObjectNode node = found.addObject().put("rows", group.rows());
            put(node, Map.of("accuracy", group.accuracy()));
            ArrayNode rates = node.putArray("rates");
            for (Fairness.Rates of : group.rates()) {
                put(
                        rates.addObject(),
                        Map.of(
                                "selection_rate", of.selectionRate(),
                                "true_positive_rate", of.truePositiveRate(),
                                "false_positive_rate", of.falsePositiveRate()));
            }
        }
        return root;
    }

    private static void put(ObjectNode node, Map<String, Double> values) {
        values.forEach((name, value) -> node.put(name, value.isNaN() ? null : value));
    }

    private static JsonNode folds(JsonNode folds) {
        List<Map<String, Double>> metrics = new ArrayList<>();
        for (JsonNode fold : folds) {
            Map<String, Double> values = new TreeMap<>();
            fold.fields()
                    .forEachRemaining(
                            field -> values.put(field.getKey(), field.getValue().asDouble()));
            metrics.add(values);
        }
        ObjectNode root = JSON.createObjectNode();
        FoldSummary.of(metrics).forEach((name, summary) -> {
            ObjectNode node = root.putObject(name).put("mean", summary.mean());
            node.put("standard_deviation", summary.folds() > 1 ? summary.standardDeviation() : null);
        });
        return root;
    }

    /** All that is expected has to be there; there may be more. */
    private void compare(String path, JsonNode expected, JsonNode actual, int line) {
        if (expected.isObject()) {
            for (Iterator<String> keys = expected.fieldNames(); keys.hasNext(); ) {
                String key = keys.next();
                compare(
                        path.endsWith(" intervals") ? path : path + " " + key,
                        expected.path(key),
                        actual.path(key),
                        line);
            }
        } else if (expected.isArray()) {
            record(path, expected.size() == actual.size() ? 0 : Double.POSITIVE_INFINITY, false, line);
            for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
                compare(path, expected.path(i), actual.path(i), line);
            }
        } else if (expected.isNull() || !actual.isNumber()) {
            record(path, expected.isNull() && actual.isNull() ? 0 : Double.POSITIVE_INFINITY, true, line);
        } else {
            double distance = Math.abs(expected.asDouble() - actual.asDouble());
            record(path, distance / Math.max(1, Math.abs(expected.asDouble())), false, line);
        }
    }

    private void record(String path, double distance, boolean without, int line) {
        Difference difference = differences.computeIfAbsent(path, any -> new Difference());
        difference.values++;
        difference.without += without ? 1 : 0;
        if (distance > difference.largest) {
            difference.largest = distance;
            difference.line = line;
        }
    }

    private boolean print() {
        double largest = 0;
        System.out.printf(Locale.ROOT, "%-78s %9s %9s %10s%n", "number", "compared", "no value", "difference");
        for (Map.Entry<String, Difference> entry : differences.entrySet()) {
            Difference difference = entry.getValue();
            largest = Math.max(largest, difference.largest);
            System.out.printf(
                    Locale.ROOT,
                    "%-78s %9d %9d %10.2g%s%n",
                    entry.getKey(),
                    difference.values,
                    difference.without,
                    difference.largest,
                    difference.largest > BAR ? "  TOO LARGE, line " + difference.line : "");
        }
        boolean good = cases > 0 && largest <= BAR;
        System.out.printf(
                Locale.ROOT,
                "%,d cases against %s: largest difference %.2g, bar %.0e: %s%n",
                cases,
                peers,
                largest,
                BAR,
                good ? "good" : "FAILED");
        return good;
    }
}
