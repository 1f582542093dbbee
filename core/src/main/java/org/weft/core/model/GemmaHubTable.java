package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/** What the Gemmas have in common on the hub, where heads have a width of 256 unless it is said. */
abstract class GemmaHubTable extends RotaryHubTable {
    private static final String SCALAR = "query_pre_attn_scalar";

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("hidden_activation", "gelu_pytorch_tanh", "gelu_new"), // Two names of one formula.
            Setting.of("attention_bias", false),
            Setting.of("attention_dropout", 0.0),
            Setting.of("tie_word_embeddings", true),
            Setting.of("use_bidirectional_attention", false));

    @Override
    int headWidth() {
        return 256;
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.BY_LAYER, 4096);
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), SCALAR);
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        super.read(config, tensors, model, problems);
        JsonNode scalar = config.path(SCALAR);
        double said = Json.isGiven(scalar) ? scalar.asDouble() : 256;
        if (Json.isGiven(scalar) && !(scalar.isNumber() && said > 0)) {
            problems.add(SCALAR + "=" + scalar + " is no positive number");
        } else if (said != config.path("head_dim").asDouble(headWidth())) {
            model.put(SCALAR, said);
        }
    }

    /** The activation once more, under the name that the first Gemma had, and what other programs cached. */
    @Override
    public Set<String> ignored() {
        return Set.of("hidden_act", "cache_implementation", "sliding_window_size");
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        if (model.slidingWindow() == 0) { // There must be one, though no layer has it.
            config.put("sliding_window", model.context());
        }
        double scalar = model.queryPreAttnScalar();
        putNumber(config, SCALAR, scalar > 0 ? scalar : model.headWidth());
    }

    /** A whole number as one: its type is checked there. */
    private static void putNumber(ObjectNode config, String key, double value) {
        if (value == Math.rint(value)) {
            config.put(key, (long) value);
        } else {
            config.put(key, value);
        }
    }

    @Override
    int keyValueHeads() {
        return 4;
    }
}
