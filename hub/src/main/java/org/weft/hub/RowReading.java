package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.DatasetConfig.Unanswerable;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.Suggestion;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;

/**
 * How a model of a task reads its rows: a key of config.json's that is Weft's own, for {@code transformers} leaves it to whoever asks.
 * Only what a model without the key would do otherwise is written, and of a question answerer always whether it may say that
 * there is no answer. Adapters have a file of their own beside them: a base's key is not about them.
 */
final class RowReading {
    /** In config.json. */
    static final String KEY = "weft";

    private static final String UNANSWERABLE = "unanswerable";

    /** Keys of section dataset that decide what the model is shown of a row, and what it may say. */
    private static final List<String> KEYS = List.of("max_length", "split_special_tokens", "doc_stride", UNANSWERABLE);

    /** As {@code run_qa.py} has it. */
    private static final int LONGEST_STRIDE = 128;

    /** Beside an adapter, with what else would stand under the key. */
    static final String ADAPTER_FILE = "weft_rows.json";

    private RowReading() {}

    /**
     * A model's config.json with the key that is about it.
     *
     * @param config of the base, as its adapter has it
     * @param notices where what a person would not expect is said
     */
    static JsonNode settled(Store store, ModelPath path, JsonNode config, TaskName task, List<String> notices)
            throws IOException {
        String beside = path.adapter() + "/" + ADAPTER_FILE;
        boolean adapted = !path.adapter().isEmpty();
        if (adapted && store.exists(beside)) {
            JsonNode said = Json.parse(store.readAll(beside), beside, "take another copy of the adapter");
            return ((ObjectNode) config.deepCopy()).set(KEY, said);
        }
        boolean exported = !adapted && store.exists(path.base() + "/" + ExportRecord.FILE);
        JsonNode said = config.path(KEY);
        if (said.isMissingNode() && task == TaskName.QA) {
            if (exported) {
                return ((ObjectNode) config.deepCopy()).set(KEY, ofOlderExport());
            }
            notices.add("it always gives an answer, for nothing beside it says otherwise: dataset.unanswerable=some for"
                    + " one that learnt where there is none (SQuAD 2)");
        } else if (said.isObject() && !said.isEmpty() && !exported) {
            notices.add("rows are read as " + KEY + " in " + HuggingFaceConfig.FILE + " says, which further training by"
                    + " others leaves as it was: " + said);
        }
        return config;
    }

    /** Exports of question answerers had no key once, and were read by the section's defaults. */
    private static ObjectNode ofOlderExport() {
        ObjectNode said = JsonNodeFactory.instance.objectNode();
        JsonNode defaults = ConfigLoader.toTree(WeftConfig.defaults()).path("dataset");
        KEYS.forEach(key -> said.set(key, defaults.path(key)));
        return said;
    }

    /** What Weft's section dataset says of a foreign model. */
    static ObjectNode read(JsonNode config, TaskName task, int context, List<String> problems) {
        ObjectNode dataset = assumed(task, context);
        JsonNode said = config.path(KEY);
        if (Json.isGiven(said) && !said.isObject()) {
            problems.add(KEY + "=" + said + " is no JSON object: leave it out");
        }
        said.fields().forEachRemaining(key -> {
            if (KEYS.contains(key.getKey())) {
                dataset.set(key.getKey(), key.getValue());
            } else {
                problems.add(KEY + "." + key.getKey() + "=" + key.getValue() + " is not a key that Weft knows: "
                        + String.join(", ", KEYS) + Suggestion.near(KEYS, key.getKey()));
            }
        });
        return dataset;
    }

    /** Of a question answerer as pipelines of {@code transformers} take it, whose {@code handle_impossible_answer} is off. */
    private static ObjectNode assumed(TaskName task, int context) {
        ObjectNode dataset = JsonNodeFactory.instance.objectNode();
        if (task == TaskName.QA) {
            dataset.put("doc_stride", Math.max(0, Math.min(LONGEST_STRIDE, context / 4 - 2)));
            dataset.put(UNANSWERABLE, Unanswerable.NONE.word());
        }
        return dataset;
    }

    /** Puts the key into the config.json of one of Weft's models where it says something. */
    static void write(WeftConfig config, ObjectNode json) {
        ObjectNode said = said(config);
        if (!said.isEmpty()) {
            json.set(KEY, said);
        }
    }

    /** What is to be said of one of Weft's models; empty for nothing. */
    static ObjectNode said(WeftConfig config) {
        ObjectNode said = JsonNodeFactory.instance.objectNode();
        TaskName task = config.finetune().task();
        if (!task.head().layered()) {
            return said;
        }
        JsonNode tuned = ConfigLoader.toTree(config).path("dataset");
        ObjectNode others =
                (ObjectNode) ConfigLoader.toTree(WeftConfig.defaults()).path("dataset");
        others.setAll(assumed(task, config.model().context()));
        KEYS.stream()
                .filter(key ->
                        !tuned.path(key).equals(others.path(key)) || task == TaskName.QA && key.equals(UNANSWERABLE))
                .forEach(key -> said.set(key, tuned.path(key)));
        return said;
    }
}
