package org.weft.monitoring.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.driver.progress.RunRecord;
import org.weft.monitoring.RunScalars;

/** One run of MLflow's, which this process begins or goes on with. Calls go to the server at once. For one thread. */
final class MlflowRun {
    /** MLflow takes no more in one request. */
    static final int MOST_METRICS = 1000;

    private static final int MOST_PARAMETERS = 100;
    private static final int MOST_CHARACTERS = 6000;
    private static final String PROXY = "mlflow-artifacts:";
    private static final String LOSS = "train/loss";
    private static final String GONE = "RESOURCE_DOES_NOT_EXIST";

    private final MlflowServer server;
    private final String id;
    private final String artifacts;
    private final Map<String, String> parameters = new HashMap<>();
    private int lastStep = -1;

    /** A number at a step. */
    record Metric(String key, double value, long timeMillis, int step) {

        static List<Metric> of(RunRecord record) {
            return RunScalars.of(record).entrySet().stream()
                    .map(one -> new Metric(one.getKey(), one.getValue(), record.timeMillis(), record.step()))
                    .toList();
        }
    }

    /** @param run as the server tells it */
    private MlflowRun(MlflowServer server, JsonNode run) {
        this.server = server;
        this.id = run.path("info").path("run_id").asText();
        this.artifacts = run.path("info").path("artifact_uri").asText();
        for (JsonNode parameter : run.path("data").path("params")) {
            parameters.put(
                    parameter.path("key").asText(), parameter.path("value").asText());
        }
        for (JsonNode metric : run.path("data").path("metrics")) {
            if (metric.path("key").asText().equals(LOSS)) {
                lastStep = metric.path("step").asInt(-1);
            }
        }
    }

    /** Begins one in an experiment, which is made where it is not there. */
    static MlflowRun begin(MlflowServer server, String experiment, String name, long startMillis) throws IOException {
        ObjectNode request = Json.MAPPER.createObjectNode();
        request.put("experiment_id", experimentId(server, experiment));
        request.put("run_name", name).put("start_time", startMillis);
        return new MlflowRun(server, server.post("runs/create", request).path("run"));
    }

    private static String experimentId(MlflowServer server, String name) throws IOException {
        try {
            JsonNode found = server.get("experiments/get-by-name", "experiment_name", name);
            return found.path("experiment").path("experiment_id").asText();
        } catch (MlflowException e) {
            if (!e.is(GONE)) {
                throw e;
            }
        }
        try {
            ObjectNode request = Json.MAPPER.createObjectNode().put("name", name);
            return server.post("experiments/create", request)
                    .path("experiment_id")
                    .asText();
        } catch (MlflowException e) {
            if (!e.is("RESOURCE_ALREADY_EXISTS")) { // Another run made it meanwhile.
                throw e;
            }
            JsonNode found = server.get("experiments/get-by-name", "experiment_name", name);
            return found.path("experiment").path("experiment_id").asText();
        }
    }

    /** The one of an id; null where the server has it no more. */
    static MlflowRun of(MlflowServer server, String id) throws IOException {
        try {
            JsonNode run = server.get("runs/get", "run_id", id).path("run");
            boolean deleted = run.path("info").path("lifecycle_stage").asText().equals("deleted");
            return deleted ? null : new MlflowRun(server, run);
        } catch (MlflowException e) {
            if (e.is(GONE)) {
                return null;
            }
            throw e;
        }
    }

    String id() {
        return id;
    }

    /** The last step whose loss the server has; -1 where it has none. */
    int lastStep() {
        return lastStep;
    }

    /** Steps after one are told anew, whatever the server has of them. */
    void tellAnewAfter(int step) {
        lastStep = Math.min(lastStep, step);
    }

    /** Parameters that the server has with another value: it never changes one. */
    Map<String, String> changed(Map<String, String> settings) {
        Map<String, String> changed = new TreeMap<>();
        settings.forEach((key, value) -> {
            String before = parameters.get(key);
            if (before != null && !before.equals(cut(value))) {
                changed.put(key, cut(value));
            }
        });
        return changed;
    }

    /** Adds parameters that the server does not have. */
    void addParameters(Map<String, String> settings) throws IOException {
        Map<String, String> added = new LinkedHashMap<>();
        settings.forEach((key, value) -> {
            if (!parameters.containsKey(key)) {
                added.put(key, cut(value));
            }
        });
        List<Map.Entry<String, String>> all = new ArrayList<>(added.entrySet());
        for (int from = 0; from < all.size(); from += MOST_PARAMETERS) {
            ObjectNode request = batch();
            ArrayNode params = request.putArray("params");
            for (Map.Entry<String, String> one : all.subList(from, Math.min(all.size(), from + MOST_PARAMETERS))) {
                params.addObject().put("key", one.getKey()).put("value", one.getValue());
            }
            server.post("runs/log-batch", request);
        }
        parameters.putAll(added);
    }

    void setTags(Map<String, String> tags) throws IOException {
        ObjectNode request = batch();
        ArrayNode array = request.putArray("tags");
        tags.forEach((key, value) -> array.addObject().put("key", key).put("value", cut(value)));
        server.post("runs/log-batch", request);
    }

    /** @param metrics at most {@link #MOST_METRICS} */
    void log(List<Metric> metrics) throws IOException {
        ObjectNode request = batch();
        ArrayNode array = request.putArray("metrics");
        for (Metric metric : metrics) {
            array.addObject()
                    .put("key", metric.key())
                    .put("value", metric.value())
                    .put("timestamp", metric.timeMillis())
                    .put("step", metric.step());
        }
        server.post("runs/log-batch", request);
        for (Metric metric : metrics) {
            lastStep = metric.key().equals(LOSS) ? metric.step() : lastStep;
        }
    }

    private ObjectNode batch() {
        return Json.MAPPER.createObjectNode().put("run_id", id);
    }

    /** It is under way again. */
    void goOn() throws IOException {
        server.post("runs/update", batch().put("status", "RUNNING"));
    }

    /** @param status FINISHED, FAILED or KILLED */
    void end(String status, long endMillis) throws IOException {
        server.post("runs/update", batch().put("status", status).put("end_time", endMillis));
    }

    /** Where artifacts of this run lie. */
    String artifacts() {
        return artifacts;
    }

    /** Whether the server itself takes artifacts of this run. */
    boolean takesArtifacts() {
        return artifacts.startsWith(PROXY);
    }

    /** Lays a file down beside the run. */
    void putArtifact(String name, byte[] content) throws IOException {
        String path =
                artifacts.substring(PROXY.length()).replaceFirst("^//[^/]*", "").replaceFirst("^/+", "");
        server.putArtifact(path + "/" + name, content);
    }

    private static String cut(String value) {
        return value.length() <= MOST_CHARACTERS ? value : value.substring(0, MOST_CHARACTERS - 1) + "…";
    }
}
