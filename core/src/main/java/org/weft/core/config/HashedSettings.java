package org.weft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * Sections of a configuration as results keep a hash of them. A key that came later and has its default is left out: it means what
 * was done before there was the key, so that the hash of a result that is older stays what it is.
 */
public final class HashedSettings {
    /** By section, the keys that there were not yet when hashes began to be kept. A new key of these sections belongs here. */
    private static final Map<String, List<String>> LATER = Map.of(
            "model",
            List.of("tanh_gelu", "decoder_layers", "gated_perceptron", "relative_buckets", "relative_distance"),
            "training",
            List.of(
                    "mean_span_length",
                    "schedule",
                    "decay_steps",
                    "decay",
                    "pruning",
                    "quantization",
                    "quantization_group_size",
                    "muon_momentum"),
            "dataset",
            List.of(
                    "anchor_column",
                    "positive_column",
                    "negative_column",
                    "chosen_column",
                    "rejected_column",
                    "doc_stride",
                    "unanswerable",
                    "positive_label"),
            "finetune",
            List.of(
                    "preference_loss",
                    "preference_beta",
                    "similarity_scale",
                    "symmetric",
                    "normalize",
                    "reweighing",
                    "sampling"),
            "sync",
            List.of(
                    "mode",
                    "delay",
                    "gradients",
                    "parameters",
                    "steps",
                    "outer_learning_rate",
                    "outer_momentum",
                    "inner_state",
                    "warmup_steps",
                    "weight_prediction"),
            "distillation",
            List.of("teacher", "logits", "temperature", "weight", "hidden", "hidden_loss", "hidden_weight"),
            "privacy",
            List.of(
                    "noise_multiplier",
                    "max_grad_norm",
                    "target_delta",
                    "target_epsilon",
                    "seed_file",
                    "seed_variable"));

    private HashedSettings() {}

    /** A section's keys and values, in the record's order. */
    public static JsonNode of(WeftConfig config, String section) {
        ObjectNode keys = (ObjectNode) ConfigLoader.toTree(config).path(section);
        JsonNode defaults = ConfigLoader.toTree(WeftConfig.defaults()).path(section);
        for (String later : LATER.getOrDefault(section, List.of())) {
            if (keys.path(later).equals(defaults.path(later)) && !changesTheRun(config, later)) {
                keys.remove(later);
            }
        }
        return keys;
    }

    /** Whether a key's default makes of such a run what it was not before there was the key. */
    private static boolean changesTheRun(WeftConfig config, String key) {
        return switch (key) {
            case "weight_prediction" -> config.sync().predictsWeights(config.training());
            case "inner_state" -> config.sync().keepsInnerState();
            default -> false;
        };
    }
}
