package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * A finished fold, as {@code fold.json} in its directory, which is written last of all.
 *
 * @param settings fingerprint of the configuration that it was trained with
 * @param checkpoint the one that was judged
 * @param rows it was judged on
 * @param metrics by name; NaN where one has no value
 */
record FoldResult(
        int fold, String settings, String checkpoint, String paramsSha256, int rows, Map<String, Double> metrics) {
    private static final String FILE = "/fold.json";

    /** The result in a fold's directory, or null where the fold is not finished. */
    static FoldResult in(Store store, String directory) throws IOException {
        String path = directory + FILE;
        if (!store.exists(path)) {
            return null;
        }
        JsonNode read = Json.MAPPER.readTree(store.readAll(path));
        if (!read.path("metrics").isObject()) {
            throw WeftException.invalidData(path + " has no metrics", "remove it: the fold is judged again");
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        read.path("metrics")
                .properties()
                .forEach(
                        metric -> metrics.put(metric.getKey(), metric.getValue().asDouble(Double.NaN)));
        return new FoldResult(
                read.path("fold").asInt(),
                read.path("settings").asText(),
                read.path("checkpoint").asText(),
                read.path("params_sha256").asText(),
                read.path("rows").asInt(),
                metrics);
    }

    void save(Store store, String directory) throws IOException {
        store.write(
                directory + FILE, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json()));
    }

    ObjectNode json() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("fold", fold)
                .put("settings", settings)
                .put("checkpoint", checkpoint)
                .put("params_sha256", paramsSha256)
                .put("rows", rows);
        ObjectNode values = object.putObject("metrics");
        metrics.forEach((name, value) -> values.put(name, Double.isFinite(value) ? value : null));
        return object;
    }
}
