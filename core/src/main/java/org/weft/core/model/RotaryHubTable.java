package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * What {@link RotaryFamily Llama and its relatives} are called on the hub. Rotary positions are {@link RotaryHubKeys}'s,
 * sliding windows {@link WindowHubKeys}'s.
 */
abstract class RotaryHubTable implements HubTable {
    private static final String HEAD_DIM = "head_dim";
    private static final String SHARED_HEADS = "num_key_value_heads";

    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("num_hidden_layers", "layers"),
            ConfigKey.required("hidden_size", "width"),
            ConfigKey.required("num_attention_heads", "heads"),
            ConfigKey.of(SHARED_HEADS, "kv_heads", 0),
            ConfigKey.required("intermediate_size", "mlp_width"),
            ConfigKey.required("max_position_embeddings", "context"));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("hidden_act", "silu", "swish"), // Two names of one formula.
            Setting.of("attention_dropout", 0.0));

    /** Frequencies are a function of the configuration; a tied head, which the layout does not have, is the embedding. */
    private static final Names NAMES = new Names(
            "model.",
            "model.",
            "lm_head.",
            Pattern.compile("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.(\\w+_)?inv_freq"),
            Map.of("lm_head.weight", "model.embed_tokens.weight"));

    /** The family that it is of. */
    abstract RotaryFamily family();

    /** Hugging Face's term under the root of each norm where none is said. */
    double epsilon() {
        return 1e-6;
    }

    /** Hugging Face's K where {@code head_dim} is not there; 0 for width / heads. */
    int headWidth() {
        return 0;
    }

    /** Hugging Face's G where {@code num_key_value_heads} is not there; 0 for as many as heads, as it is where the key is null. */
    int keyValueHeads() {
        return 0;
    }

    /** How windows are told; null for a family without. */
    WindowHubKeys windows() {
        return null;
    }

    /** How rotary positions are told. */
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(10000);
    }

    @Override
    public String modelType() {
        return family().name();
    }

    @Override
    public List<String> architectures() {
        return List.of(classPrefix() + "ForCausalLM", classPrefix() + "Model");
    }

    @Override
    public List<ConfigKey> keys() {
        return with(KEYS, ConfigKey.of("rms_norm_eps", "norm_epsilon", epsilon()));
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    @Override
    public Set<String> special() {
        List<String> keys = new ArrayList<>(rotary().keys());
        keys.add(HEAD_DIM);
        if (windows() != null) {
            keys.addAll(windows().keys());
        }
        return Set.copyOf(keys);
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
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        readHeadWidth(config, model, problems);
        if (!config.has(SHARED_HEADS) && keyValueHeads() > 0) {
            model.put("kv_heads", keyValueHeads());
        }
        if (windows() != null) {
            windows().read(config, model, problems);
        }
        rotary().read(config, model, problems);
    }

    /** What follows from the width is not said. */
    private void readHeadWidth(JsonNode config, ObjectNode model, List<String> problems) {
        JsonNode said = config.path(HEAD_DIM);
        long width = config.has(HEAD_DIM) ? said.asLong() : headWidth();
        if (Json.isGiven(said) && !(said.canConvertToInt() && said.isIntegralNumber() && width > 0)) {
            problems.add(HEAD_DIM + "=" + said + " is no width of a head");
        } else if (width > 0
                && width * config.path("num_attention_heads").asLong()
                        != config.path("hidden_size").asLong()) {
            model.put(HEAD_DIM, width);
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        config.put(HEAD_DIM, model.headWidth());
        if (windows() != null) {
            windows().write(model, config);
        }
        rotary().write(model, config);
    }

    /** Stateless: all of a class are one. */
    @Override
    public boolean equals(Object other) {
        return other != null && other.getClass() == getClass();
    }

    @Override
    public int hashCode() {
        return getClass().hashCode();
    }

    /** A list and what follows it. */
    @SafeVarargs
    static <T> List<T> with(List<T> list, T... more) {
        List<T> all = new ArrayList<>(list);
        all.addAll(List.of(more));
        return List.copyOf(all);
    }
}
