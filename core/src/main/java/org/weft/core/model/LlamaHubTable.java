package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/** Llama as Hugging Face has it; rotary positions are {@link RotaryHubKeys}'s. */
record LlamaHubTable() implements HubTable {
    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("num_hidden_layers", "layers"),
            ConfigKey.required("hidden_size", "width"),
            ConfigKey.required("num_attention_heads", "heads"),
            ConfigKey.of("num_key_value_heads", "kv_heads", 0),
            ConfigKey.required("intermediate_size", "mlp_width"),
            ConfigKey.required("max_position_embeddings", "context"),
            ConfigKey.of("rms_norm_eps", "norm_epsilon", 1e-6),
            ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("hidden_act", "silu", "swish"), // Two names of one formula.
            Setting.of("attention_bias", false),
            Setting.of("mlp_bias", false),
            Setting.of("attention_dropout", 0.0));

    /** Frequencies are a function of the configuration; a tied head, which the layout does not have, is the embedding. */
    private static final Names NAMES = new Names(
            "model.",
            "model.",
            "lm_head.",
            Pattern.compile("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq"),
            Map.of("lm_head.weight", "model.embed_tokens.weight"));

    @Override
    public String modelType() {
        return LlamaFamily.NAME;
    }

    @Override
    public List<String> architectures() {
        return List.of("LlamaForCausalLM", "LlamaModel");
    }

    @Override
    public List<ConfigKey> keys() {
        return KEYS;
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public String tokenHead() {
        return "score";
    }

    @Override
    public String spanBase() {
        return "transformer.";
    }

    @Override
    public String classPrefix() {
        return "Llama";
    }

    @Override
    public String architectureOf(ModelConfig model) {
        return "LlamaForCausalLM";
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        int width = config.path("hidden_size").asInt();
        int heads = Math.max(1, config.path("num_attention_heads").asInt());
        JsonNode headWidth = config.path("head_dim");
        boolean said = Json.isGiven(headWidth);
        if (said && !(headWidth.isIntegralNumber() && headWidth.asLong() * heads == width)) {
            problems.add("head_dim=" + headWidth + " is not hidden_size=" + width + " / num_attention_heads=" + heads
                    + ": Weft's heads divide the width");
        }
        RotaryHubKeys.read(config, model, problems);
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        config.put("head_dim", model.headWidth());
        RotaryHubKeys.write(model, config);
    }
}
