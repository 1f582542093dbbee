package org.weft.tuning.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.tuning.dataset.SplitRows.Content;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Task;

/** What decides the bytes of an encoded data set, as one SHA-256: the rows, whatever files they came from, and settings. */
final class DatasetFingerprint {
    /** Another number wherever the same rows become other tokens, or other rows are left out. */
    private static int encoding(FinetuneConfig.TaskName task) {
        return switch (task) {
            case QA, INSTRUCTION -> 3; // answers that are cut off, or empty, are left out
            default -> 2;
        };
    }

    private DatasetFingerprint() {}

    /**
     * @param task whose text, for it is a record of records, holds columns, labels, weights and how messages are written
     * @param tokenizer the SHA-256 of its file, with what else decides the tokens around a text
     */
    static String of(WeftConfig config, Task task, String tokenizer, List<Content> splits) {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("version", ExamplesManifest.VERSION);
        parts.put("encoding", encoding(config.finetune().task()));
        parts.put("task", config.finetune().task().word());
        parts.put("reads", task.toString());
        parts.put("causal", config.model().causal());
        parts.put("max_length", Encoder.maxLength(config));
        if (!config.dataset().splitSpecialTokens()) {
            parts.put("split_special_tokens", false); // The default is not written: it leaves fingerprints as they are.
        }
        if (config.dataset().docStride() != 0) {
            parts.put("doc_stride", Encoder.docStride(config)); // likewise
            parts.put("windows", 2); // that they are of one row is told
        }
        parts.put("tokenizer", tokenizer);
        parts.put("splits", splits.stream().map(Content::toString).toList());
        try {
            return Sha256.hex(Json.MAPPER.writeValueAsBytes(parts));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("strings and numbers have a JSON form", impossible);
        }
    }
}
