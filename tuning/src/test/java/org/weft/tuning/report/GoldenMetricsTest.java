package org.weft.tuning.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.FoldSummary;

/**
 * results.json against what scikit-learn, SciPy and NumPy say of the same predictions, and of generated texts sacrebleu and
 * rouge-score: bench/peers/metrics.py and generated_texts.py.
 */
class GoldenMetricsTest {
    private static final Path PEERS = Path.of("..", "bench", "peers");
    private static final double TOLERANCE = 1e-9;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    List<DynamicTest> everyNumberIsThePeers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> lines = golden();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = JSON.readTree(lines.get(i));
            if (line.has("predictions")) {
                String task = line.path("predictions").path("task").asText();
                tests.add(DynamicTest.dynamicTest(
                        "line " + (i + 1) + ": " + task, () -> compare(task, line.path("expected"), results(line))));
            } else if (line.has("folds")) {
                tests.add(DynamicTest.dynamicTest("line " + (i + 1) + ": folds", () -> folds(line)));
            }
        }
        assertThat(tests).hasSizeGreaterThan(115);
        return tests;
    }

    @Test
    void everyTaskComesBackFromItsFile() throws IOException {
        for (String text : golden()) {
            JsonNode predictions = JSON.readTree(text).path("predictions");
            if (predictions.path("rows").size() > 0 && !predictions.toString().contains("-100")) {
                JsonNode again = JSON.readTree(
                        PredictionsJson.tree(PredictionsJson.read(predictions)).toString());
                assertThat(again).isEqualTo(predictions);
            }
        }
    }

    private static List<String> golden() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(PEERS.resolve("metrics_golden.jsonl")));
        lines.addAll(Files.readAllLines(PEERS.resolve("generated_texts_golden.jsonl")));
        return lines;
    }

    private static JsonNode results(JsonNode line) {
        JsonNode bootstrap = line.path("bootstrap");
        Bootstrap resamples = new Bootstrap(
                bootstrap.path("resamples").asInt(),
                bootstrap.path("confidence").asDouble(),
                bootstrap.path("seed").asLong());
        EvaluationData data = EvaluationData.of("golden", PredictionsJson.read(line.path("predictions")));
        return EvaluationJson.tree(EvaluationReport.of(data, resamples));
    }

    private static void folds(JsonNode line) {
        List<Map<String, Double>> folds = new ArrayList<>();
        for (JsonNode fold : line.path("folds")) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            fold.fields()
                    .forEachRemaining(field ->
                            metrics.put(field.getKey(), field.getValue().asDouble()));
            folds.add(metrics);
        }
        Map<String, FoldSummary> summaries = FoldSummary.of(folds);
        line.path("expected").fields().forEachRemaining(field -> {
            FoldSummary summary = summaries.get(field.getKey());
            JsonNode deviation = field.getValue().path("standard_deviation");
            double expected = deviation.isNull() ? Double.NaN : deviation.asDouble();
            assertThat(summary.mean()).isCloseTo(field.getValue().path("mean").asDouble(), within(TOLERANCE));
            assertThat(summary.standardDeviation()).isCloseTo(expected, within(TOLERANCE));
            assertThat(summary.folds()).isEqualTo(line.path("folds").size());
        });
    }

    /** All that is expected has to be there. */
    private static void compare(String path, JsonNode expected, JsonNode actual) {
        if (expected.isObject()) {
            expected.fields()
                    .forEachRemaining(field ->
                            compare(path + "." + field.getKey(), field.getValue(), actual.path(field.getKey())));
        } else if (expected.isArray()) {
            assertThat(actual).as(path).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                compare(path + "[" + i + "]", expected.path(i), actual.path(i));
            }
        } else if (expected.isNull()) {
            assertThat(actual.isNull()).as(path + " has no value").isTrue();
        } else {
            assertThat(actual.isNumber()).as(path + " has a value").isTrue();
            double bar = TOLERANCE * Math.max(1, Math.abs(expected.asDouble()));
            assertThat(actual.asDouble()).as(path).isCloseTo(expected.asDouble(), within(bar));
        }
    }
}
