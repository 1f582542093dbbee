package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.HeadKind;
import org.weft.core.model.Adaptation;
import org.weft.core.storage.Store;

/**
 * {@code adapter_config.json} of Hugging Face's PEFT library, of low-rank adapters.
 *
 * @param rank R
 * @param scale what the product counts: alpha / R, or alpha / sqrt(R) with {@code use_rslora} (Kalajdzievski 2023)
 * @param taskType such as {@code SEQ_CLS}; empty where none is said
 */
record PeftConfig(int rank, double scale, String taskType) {
    /** Of an encoder with a decoder, whatever it was tuned to. */
    static final String READS_AND_WRITES = "SEQ_2_SEQ_LM";

    static final String FILE = "adapter_config.json";

    private static final String TYPE = "LORA";
    private static final Map<String, String> CLASS_ENDS = Map.of(
            "SEQ_CLS", "ForSequenceClassification",
            "TOKEN_CLS", "ForTokenClassification",
            "QUESTION_ANS", "ForQuestionAnswering");

    /**
     * Keys whose value changes nothing of what the tensors are: which layers have adapters their names say, the rest is of
     * training or of the library itself. Any other key has to be left as the library has it: null, false, none or empty.
     */
    private static final Set<String> READ = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "eva_config",
            "exclude_modules",
            "fan_in_fan_out",
            "inference_mode",
            "layers_pattern",
            "layers_to_transform",
            "lora_alpha",
            "lora_dropout",
            "megatron_core",
            "modules_to_save",
            "peft_type",
            "peft_version",
            "qalora_group_size",
            "r",
            "revision",
            "target_modules",
            "task_type",
            "use_rslora",
            "init_lora_weights");

    /** Ways to begin that leave the base's weights as they were. */
    private static final Set<String> BEGINNINGS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    /**
     * Reads and checks it.
     *
     * @throws WeftException that names every setting that Weft does not have
     */
    static PeftConfig read(Store store, String adapter) throws IOException {
        String path = adapter + "/" + FILE;
        JsonNode config = Json.parse(store.readAll(path), path, "take another copy of the adapter");
        List<String> problems = new ArrayList<>();
        if (!config.path("peft_type").asText().equals(TYPE)) {
            problems.add(
                    "peft_type=" + config.path("peft_type").asText("(missing)") + " is not one that Weft has: " + TYPE);
        }
        config.fields().forEachRemaining(entry -> {
            if (!READ.contains(entry.getKey()) && !isOff(entry.getValue())) {
                problems.add(entry.getKey() + "=" + entry.getValue() + " is not one that Weft has: leave it out");
            }
        });
        JsonNode beginning = config.path("init_lora_weights");
        if (Json.isGiven(beginning) && !BEGINNINGS.contains(beginning.asText())) {
            problems.add("init_lora_weights=" + beginning.asText()
                    + " changes the base's weights too: save the adapter as one of the base itself (in PEFT"
                    + " path_initial_model_for_weight_conversion)");
        }
        int rank = config.path("r").asInt();
        double alpha = config.path("lora_alpha").asDouble();
        if (rank < 1) {
            problems.add("r=" + config.path("r") + " is no rank");
        }
        if (!(alpha > 0)) {
            problems.add("lora_alpha=" + config.path("lora_alpha") + " must be positive");
        }
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    path + ": " + String.join("; ", problems),
                    "merge the adapter with its own library: merge_and_unload(), then save_pretrained");
        }
        double scale = config.path("use_rslora").asBoolean() ? alpha / Math.sqrt(rank) : alpha / rank;
        return new PeftConfig(rank, scale, config.path("task_type").asText(""));
    }

    private static boolean isOff(JsonNode value) {
        return !Json.isGiven(value)
                || value.isBoolean() && !value.asBoolean()
                || value.isContainerNode() && value.isEmpty()
                || value.asText().equals("none");
    }

    /** What the class ends with that the adapter is of; empty where that is the base's own. */
    String classEnd() {
        return CLASS_ENDS.getOrDefault(taskType, "");
    }

    /**
     * As a run's adapters are written.
     *
     * @param base directory of the model under them
     * @param saved modules that are saved whole beside them
     */
    static ObjectNode write(
            String base,
            HeadKind head,
            Adaptation.Lora lora,
            List<String> targets,
            List<String> saved,
            boolean inputFirst) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", TYPE).put("task_type", taskType(head)).put("base_model_name_or_path", base);
        json.put("r", lora.rank()).put("lora_alpha", lora.alpha()).put("lora_dropout", 0.0);
        targets.forEach(json.putArray("target_modules")::add);
        if (!saved.isEmpty()) {
            saved.forEach(json.putArray("modules_to_save")::add);
        }
        json.put("fan_in_fan_out", inputFirst).put("bias", "none").put("use_rslora", false);
        return json.put("init_lora_weights", true).put("inference_mode", true);
    }

    private static String taskType(HeadKind head) {
        return switch (head) {
            case CLASSES, BITS, VALUES -> "SEQ_CLS";
            case TOKEN_CLASSES -> "TOKEN_CLS";
            case SPAN -> "QUESTION_ANS";
            case EMBEDDING -> "FEATURE_EXTRACTION";
            case LANGUAGE -> "CAUSAL_LM";
        };
    }
}
