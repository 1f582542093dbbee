package org.weft.trainer.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;

/** Results as files. What is not finite is {@code null}. */
public final class SearchJson {
    private static final String END = "end";

    private SearchJson() {}

    /** A trial's {@code result.json}. */
    public static byte[] trial(TrialResult result, String fingerprint) {
        ObjectNode root = Json.INDENTED.createObjectNode().put("fingerprint", fingerprint);
        root.setAll(object(result));
        return bytes(root);
    }

    /** What {@link #trial} wrote, of the trial that it is of. */
    public static TrialResult trial(Trial trial, JsonNode tree) {
        List<TrialResult.Judged> judged = new ArrayList<>();
        for (JsonNode one : tree.path("judged")) {
            Map<String, Double> scores = new LinkedHashMap<>();
            one.path("scores")
                    .properties()
                    .forEach(
                            score -> scores.put(score.getKey(), score.getValue().asDouble(Double.NaN)));
            JsonNode rung = one.path("rung");
            judged.add(new TrialResult.Judged(
                    rung.isInt() ? rung.asInt() : Rungs.WHOLE, one.path("step").asInt(), scores));
        }
        return new TrialResult(trial, judged, tree.path("diverged_at").asInt(TrialResult.NEVER));
    }

    /**
     * The search's {@code sweep.json}.
     *
     * @param command that runs the best; null where there is none
     */
    public static byte[] search(SearchResult result, String command) {
        ObjectNode root = Json.INDENTED.createObjectNode();
        root.put("search", result.kind())
                .put("metric", result.objective().name())
                .put("better", result.objective().less() ? "less" : "more")
                .put("seed", result.seed());
        ArrayNode keys = root.putArray("over");
        for (SearchedKey key : result.space().keys()) {
            ObjectNode one = keys.addObject().put("key", key.name());
            if (key.range() == null) {
                ArrayNode values = one.putArray("values");
                key.values().forEach(values::add);
            } else {
                one.put("from", key.range().from())
                        .put("to", key.range().to())
                        .put("scale", key.range().logarithmic() ? "logarithmic" : "linear");
            }
        }
        ArrayNode rungs = root.putArray("rungs");
        for (Rungs.Rung rung : result.rungs().rungs()) {
            rung(rungs.addObject(), rung.steps()).put("trials", rung.trials());
        }
        ArrayNode trials = root.putArray("trials");
        for (TrialResult trial : result.ranked()) {
            trials.add(object(trial));
        }
        TrialResult best = result.best();
        if (best != null) {
            root.putObject("best")
                    .put("trial", best.trial().name())
                    .put("value", best.value(result.objective()))
                    .put("command", command);
        }
        return bytes(root);
    }

    private static ObjectNode object(TrialResult result) {
        ObjectNode root =
                Json.INDENTED.createObjectNode().put("trial", result.trial().name());
        ObjectNode settings = root.putObject("settings");
        result.trial().settings().forEach(settings::put);
        ArrayNode judged = root.putArray("judged");
        for (TrialResult.Judged one : result.judged()) {
            ObjectNode at = rung(judged.addObject(), one.rung()).put("step", one.step());
            ObjectNode scores = at.putObject("scores");
            one.scores().forEach((name, value) -> scores.put(name, Double.isFinite(value) ? value : null));
        }
        return result.diverged() ? root.put("diverged_at", result.divergedAt()) : root;
    }

    private static ObjectNode rung(ObjectNode object, int steps) {
        return steps == Rungs.WHOLE ? object.put("rung", END) : object.put("rung", steps);
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return (Json.INDENTED.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
