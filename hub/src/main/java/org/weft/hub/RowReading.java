package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.DatasetConfig.Unanswerable;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;

/**
 * How a model of a task reads its rows: a key of config.json's that is Weft's own, for {@code transformers} leaves it to whoever asks.
 * Only what a model without the key would do otherwise is written.
 */
final class RowReading {
    /** In config.json. */
    static final String KEY = "weft";

    /** Keys of section dataset that decide what the model is shown of a row, and what it may say. */
    private static final List<String> KEYS =
            List.of("max_length", "split_special_tokens", "doc_stride", "unanswerable");

    /** As {@code run_qa.py} has it. */
    private static final int LONGEST_STRIDE = 128;

    private RowReading() {}

    /** What Weft's section dataset says of a foreign model. */
    static ObjectNode read(JsonNode config, TaskName task, int context) {
        ObjectNode dataset = assumed(task, context);
        for (String key : KEYS) {
            if (config.path(KEY).has(key)) {
                dataset.set(key, config.path(KEY).path(key));
            }
        }
        return dataset;
    }

    /** Of a question answerer as pipelines of {@code transformers} take it, whose {@code handle_impossible_answer} is off. */
    private static ObjectNode assumed(TaskName task, int context) {
        ObjectNode dataset = JsonNodeFactory.instance.objectNode();
        if (task == TaskName.QA) {
            dataset.put("doc_stride", Math.max(0, Math.min(LONGEST_STRIDE, context / 4 - 2)));
            dataset.put("unanswerable", Unanswerable.NONE.word());
        }
        return dataset;
    }

    /** Puts the key into the config.json of one of Weft's models where it says something. */
    static void write(WeftConfig config, ObjectNode json) {
        TaskName task = config.finetune().task();
        if (!task.head().layered()) {
            return;
        }
        JsonNode tuned = ConfigLoader.toTree(config).path("dataset");
        ObjectNode others =
                (ObjectNode) ConfigLoader.toTree(WeftConfig.defaults()).path("dataset");
        others.setAll(assumed(task, config.model().context()));
        ObjectNode said = JsonNodeFactory.instance.objectNode();
        KEYS.stream()
                .filter(key -> !tuned.path(key).equals(others.path(key)))
                .forEach(key -> said.set(key, tuned.path(key)));
        if (!said.isEmpty()) {
            json.set(KEY, said);
        }
    }
}
