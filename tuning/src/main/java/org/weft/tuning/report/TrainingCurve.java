package org.weft.tuning.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;

/**
 * How something went during training.
 *
 * @param name such as loss, val_loss, eval_accuracy
 * @param steps in ascending order
 * @param values as many; one that is not finite is a gap
 */
public record TrainingCurve(String name, double[] steps, double[] values) {

    /** The curves of a run's {@code metrics.jsonl}: its loss, and what begins with {@code val_} or {@code eval_}. */
    public static List<TrainingCurve> ofMetricsLog(byte[] file) {
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        for (String line : new String(file, StandardCharsets.UTF_8).split("\n")) {
            JsonNode object = parsed(line);
            object.fields().forEachRemaining(field -> {
                if (isCurve(field.getKey()) && field.getValue().isNumber() && object.has("step")) {
                    points.computeIfAbsent(field.getKey(), name -> new ArrayList<>())
                            .add(new double[] {
                                object.get("step").asDouble(), field.getValue().asDouble()
                            });
                }
            });
        }
        List<TrainingCurve> curves = new ArrayList<>();
        points.forEach((name, all) -> curves.add(new TrainingCurve(
                name,
                all.stream().mapToDouble(point -> point[0]).toArray(),
                all.stream().mapToDouble(point -> point[1]).toArray())));
        return curves;
    }

    private static boolean isCurve(String key) {
        return key.equals("loss") || key.startsWith("val_") || key.startsWith("eval_");
    }

    /** Nothing where it is no JSON: the last line of a run that was killed may be half written. */
    private static JsonNode parsed(String line) {
        try {
            return Json.MAPPER.readTree(line);
        } catch (JsonProcessingException ignored) {
            return Json.MAPPER.createObjectNode();
        }
    }

    /** With at most so many points, each the mean of neighbours. */
    TrainingCurve averaged(int most) {
        if (steps.length <= most) {
            return this;
        }
        double[] meanSteps = new double[most];
        double[] meanValues = new double[most];
        for (int i = 0; i < most; i++) {
            int from = (int) ((long) i * steps.length / most);
            int to = (int) ((long) (i + 1) * steps.length / most);
            meanSteps[i] = Arrays.stream(steps, from, to).average().orElseThrow();
            meanValues[i] = Arrays.stream(values, from, to)
                    .filter(Double::isFinite)
                    .average()
                    .orElse(Double.NaN);
        }
        return new TrainingCurve(name, meanSteps, meanValues);
    }
}
