package org.weft.driver.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * What a run's {@code metrics.jsonl} says of its steps, as medians of the steps after the warm-up.
 *
 * @param steps that the medians are of
 * @param stepMillis of a step
 * @param computeMillis of the slowest worker
 * @param waitMillis of the slowest worker
 * @param tokensPerSecond of the median step
 * @param exchangedBytes pushed and pulled by all workers
 * @param peakResidentBytes of the largest process with a worker in it; 0 where it was not recorded
 */
public record RunMeasurement(
        int steps,
        double stepMillis,
        double computeMillis,
        double waitMillis,
        double tokensPerSecond,
        double exchangedBytes,
        long peakResidentBytes) {

    /** Of short runs the first quarter, of others ten steps: Java compiles, heaps grow. */
    private static final int WARM_UP_STEPS = 10;

    public static RunMeasurement read(Store store, RunDirectory run) throws IOException {
        String path = run.metrics();
        if (!store.exists(path)) {
            throw WeftException.invalidData(
                    "there is no " + path, "give the run.dir of a run that has trained some steps");
        }
        List<JsonNode> steps = new ArrayList<>();
        for (String line : new String(store.readAll(path), StandardCharsets.UTF_8).split("\n")) {
            try {
                JsonNode object = Json.MAPPER.readTree(line);
                if (object != null && object.has("step_millis")) {
                    steps.add(object);
                }
            } catch (JsonProcessingException ignored) {
                // The line that a killed driver left half written.
            }
        }
        if (steps.isEmpty()) {
            throw WeftException.invalidData(path + " has no step", "let the run train some steps");
        }
        return of(steps.subList(Math.min(WARM_UP_STEPS, steps.size() / 4), steps.size()));
    }

    private static RunMeasurement of(List<JsonNode> steps) {
        double millis = median(steps, step -> step.path("step_millis").asDouble());
        long resident = 0;
        for (JsonNode step : steps) {
            for (JsonNode worker : step.path("workers")) {
                resident = Math.max(resident, worker.path("peak_resident_mib").asLong() << 20);
            }
        }
        return new RunMeasurement(
                steps.size(),
                millis,
                median(steps, step -> slowest(step, "compute_millis")),
                median(steps, step -> slowest(step, "wait_millis")),
                median(steps, step -> step.path("tokens").asDouble()) * 1000 / millis,
                median(
                        steps,
                        step -> step.path("push_bytes").asDouble()
                                + step.path("pull_bytes").asDouble()),
                resident);
    }

    private static double slowest(JsonNode step, String key) {
        double most = 0;
        for (JsonNode worker : step.path("workers")) {
            most = Math.max(most, worker.path(key).asDouble());
        }
        return most;
    }

    private static double median(List<JsonNode> steps, ToDoubleFunction<JsonNode> value) {
        double[] sorted = steps.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
