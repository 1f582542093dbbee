package org.weft.trainer.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.RunRecord;

/**
 * What a run came to, by name: the metrics of its evaluation ({@code accuracy}, …) with their intervals, what a sweep's law says
 * ({@code held_out_error_percent}, without its sign), and of the last evaluation while training {@code val_loss}, {@code val_perplexity} and
 * the like.
 *
 * @param values in that order
 * @param intervals of some of them
 */
public record Figures(Map<String, Double> values, Map<String, Interval> intervals) {
    private static final String RESULTS = "results.json";

    /** From where to where a figure may lie. */
    public record Interval(double low, double high) {}

    /** Of a run's files. */
    public static Figures of(Store store, RunDirectory run) throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        Map<String, Interval> intervals = new LinkedHashMap<>();
        JsonNode evaluation = read(store, run.evaluation() + "/" + RESULTS);
        numbers(evaluation.path("metrics"), "", values);
        evaluation.path("intervals").fields().forEachRemaining(field -> {
            JsonNode interval = field.getValue();
            if (interval.path("low").isNumber() && interval.path("high").isNumber()) {
                intervals.put(
                        field.getKey(),
                        new Interval(
                                interval.path("low").asDouble(),
                                interval.path("high").asDouble()));
            }
        });
        JsonNode study = read(store, run.file(RESULTS));
        numbers(study.path("law"), "", values);
        numbers(study.path("held_out"), "held_out_", values);
        values.computeIfPresent("held_out_error_percent", (name, error) -> Math.abs(error));
        for (RunRecord record : EpochTable.records(store, run)) {
            if (record instanceof EvaluationRecord evaluated) {
                evaluated.scores().forEach((name, value) -> values.put("val_" + name, value));
                values.put("val_perplexity", Math.exp(evaluated.scores().getOrDefault("loss", Double.NaN)));
            }
        }
        return new Figures(values, intervals);
    }

    /** The value that a bar is about. */
    public double of(Bar bar) {
        Double value = values.get(bar.metric());
        if (value == null) {
            throw WeftException.failed(
                    "there is no figure " + bar.metric() + " to judge by",
                    "there are: " + String.join(", ", values.keySet()));
        }
        return value;
    }

    private static void numbers(JsonNode object, String prefix, Map<String, Double> into) {
        object.fields().forEachRemaining(field -> {
            if (field.getValue().isNumber()) {
                into.put(prefix + field.getKey(), field.getValue().asDouble());
            }
        });
    }

    private static JsonNode read(Store store, String path) throws IOException {
        return store.exists(path)
                ? Json.parse(store.readAll(path), path, "run the example again")
                : Json.MAPPER.missingNode();
    }
}
