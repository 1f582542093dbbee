package org.weft.driver.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.Json;

/**
 * {@link RunRecord}s as lines of {@code metrics.jsonl}, and back. A line is one JSON object, whose keys say which record it
 * is: {@code event}, {@code checkpoint_millis}, {@code val_…}, or else {@code loss}. Null stands for what is no number.
 * Numbers survive the way there and back. Pure.
 */
public final class RecordFormat {
    private static final String STEP = "step";
    private static final String TIME = "time";
    private static final String EVENT = "event";
    private static final String LOSS = "loss";
    private static final String VALIDATION = "val_";
    private static final String STALL = "checkpoint_stall_millis";
    private static final String WRITE = "checkpoint_millis";
    private static final String SPARSITY = "sparsity";
    private static final String COST = "cost_millis";

    /** Keys of a step's line that are no figures of their own. */
    private static final Set<String> OF_STEP = Set.of(
            STEP,
            TIME,
            LOSS,
            "learning_rate",
            "grad_norm",
            "tokens",
            "tokens_per_second",
            "mfu",
            "step_millis",
            "wait_millis",
            "push_bytes",
            "pull_bytes",
            "skipped",
            "workers");

    private RecordFormat() {}

    /** The line of a record, without its end. */
    public static String line(RunRecord record) {
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put(STEP, record.step());
        if (record instanceof StepRecord step) {
            put(line, step);
        } else if (record instanceof EvaluationRecord evaluation) {
            evaluation.scores().forEach((metric, value) -> putNumber(line, VALIDATION + metric, value));
        } else if (record instanceof CheckpointRecord checkpoint) {
            line.put(STALL, checkpoint.stallMillis());
            line.put(WRITE, checkpoint.writeMillis());
            if (Double.isFinite(checkpoint.sparsity())) {
                line.put(SPARSITY, checkpoint.sparsity());
            }
        } else if (record instanceof EventRecord event) {
            put(line, event);
        }
        if (record.timeMillis() != RunRecord.NO_TIME) {
            line.put(TIME, Instant.ofEpochMilli(record.timeMillis()).toString());
        }
        return line.toString();
    }

    private static void put(ObjectNode line, StepRecord step) {
        putNumber(line, LOSS, step.loss());
        step.figures().forEach((name, value) -> putNumber(line, name, value));
        line.put("learning_rate", step.learningRate());
        putNumber(line, "grad_norm", step.gradNorm());
        line.put("tokens", step.tokens());
        line.put("tokens_per_second", step.tokensPerSecond());
        if (Double.isFinite(step.mfu())) {
            line.put("mfu", step.mfu());
        }
        line.put("step_millis", step.stepMillis());
        line.put("wait_millis", step.waitMillis());
        line.put("push_bytes", step.pushBytes());
        line.put("pull_bytes", step.pullBytes());
        if (step.skipped()) {
            line.put("skipped", true);
        }
        ArrayNode workers = line.putArray("workers");
        for (StepRecord.WorkerShare worker : step.workers()) {
            ObjectNode piece = workers.addObject()
                    .put("worker", worker.worker())
                    .put("lanes", worker.lanes())
                    .put("compute_millis", worker.computeMillis())
                    .put("wait_millis", worker.waitMillis());
            if (worker.peakResidentMib() > 0) {
                piece.put("peak_resident_mib", worker.peakResidentMib());
            }
        }
    }

    private static void put(ObjectNode line, EventRecord event) {
        line.put(EVENT, event.kind());
        line.put("generation", event.generation());
        if (!event.member().isEmpty()) {
            line.put("member", event.member());
        }
        if (!event.executor().isEmpty()) {
            line.put("executor", event.executor());
        }
        line.put("text", event.text());
        if (event.cost() != null) {
            line.put(COST, event.cost().millis());
            line.put("replayed_steps", event.cost().replayedSteps());
        }
    }

    /** JSON has no word for what is not finite. */
    private static void putNumber(ObjectNode line, String key, double value) {
        if (Double.isFinite(value)) {
            line.put(key, value);
        } else {
            line.putNull(key);
        }
    }

    /**
     * The records of a line: none where it is no line, such as what a killed driver left half written; two of a step's line
     * of the first versions, which held its evaluation, too.
     */
    public static List<RunRecord> parse(String line) {
        JsonNode object;
        try {
            object = Json.MAPPER.readTree(line);
        } catch (JsonProcessingException halfWritten) {
            return List.of();
        }
        if (object == null || !object.path(STEP).isInt()) {
            return List.of();
        }
        if (object.has(EVENT)) {
            return List.of(event(object));
        }
        if (object.has(WRITE)) {
            return List.of(new CheckpointRecord(
                    step(object),
                    time(object),
                    object.path(STALL).asDouble(),
                    object.path(WRITE).asDouble(),
                    number(object.path(SPARSITY))));
        }
        List<RunRecord> records = new ArrayList<>();
        if (object.has("step_millis")) {
            records.add(stepRecord(object));
        }
        Map<String, Double> scores = numbers(object, VALIDATION);
        if (!scores.isEmpty()) {
            records.add(new EvaluationRecord(step(object), time(object), scores));
        }
        return records;
    }

    private static StepRecord stepRecord(JsonNode object) {
        List<StepRecord.WorkerShare> workers = new ArrayList<>();
        for (JsonNode worker : object.path("workers")) {
            workers.add(new StepRecord.WorkerShare(
                    worker.path("worker").asInt(),
                    worker.path("lanes").asInt(),
                    worker.path("compute_millis").asDouble(),
                    worker.path("wait_millis").asDouble(),
                    worker.path("peak_resident_mib").asLong()));
        }
        return new StepRecord(
                step(object),
                time(object),
                number(object.path(LOSS)),
                object.path("learning_rate").asDouble(),
                number(object.path("grad_norm")),
                object.path("tokens").asLong(),
                object.path("tokens_per_second").asLong(),
                number(object.path("mfu")),
                object.path("step_millis").asDouble(),
                object.path("wait_millis").asDouble(),
                object.path("push_bytes").asLong(),
                object.path("pull_bytes").asLong(),
                object.path("skipped").asBoolean(),
                workers,
                figures(object));
    }

    /** What no step's line has to have. */
    private static Map<String, Double> figures(JsonNode object) {
        Map<String, Double> figures = numbers(object, "");
        figures.keySet().removeIf(name -> OF_STEP.contains(name) || name.startsWith(VALIDATION));
        return figures;
    }

    /** Those whose keys begin so, by what follows. */
    private static Map<String, Double> numbers(JsonNode object, String begin) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> value : object.properties()) {
            if (value.getKey().startsWith(begin)) {
                numbers.put(value.getKey().substring(begin.length()), number(value.getValue()));
            }
        }
        return numbers;
    }

    private static EventRecord event(JsonNode object) {
        EventRecord.Cost cost = object.has(COST)
                ? new EventRecord.Cost(
                        object.path(COST).asLong(),
                        object.path("replayed_steps").asInt())
                : null;
        return new EventRecord(
                step(object),
                time(object),
                object.path(EVENT).asText(),
                object.path("generation").asInt(),
                object.path("member").asText(),
                object.path("executor").asText(),
                object.path("text").asText(),
                cost);
    }

    private static int step(JsonNode object) {
        return object.path(STEP).asInt();
    }

    private static double number(JsonNode value) {
        return value.isNumber() ? value.asDouble() : Double.NaN;
    }

    private static long time(JsonNode object) {
        try {
            return object.has(TIME) ? Instant.parse(object.path(TIME).asText()).toEpochMilli() : RunRecord.NO_TIME;
        } catch (DateTimeParseException foreign) {
            return RunRecord.NO_TIME;
        }
    }
}
