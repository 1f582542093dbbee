package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;

/**
 * GPT-NeoX as Hugging Face has it. Older files have keys of their own for rotary positions:
 *
 * <pre>
 *   "rotary_pct": 0.25, "rotary_emb_base": 10000
 * </pre>
 */
final class GptNeoxHubTable implements HubTable {
    private static final String PARALLEL = "use_parallel_residual";
    private static final String ACTIVATION = "hidden_act";
    private static final String EXACT = "gelu";

    /** Names of one formula. */
    private static final List<String> TANH = List.of("gelu_fast", "gelu_new", "gelu_pytorch_tanh");

    private static final RotaryHubKeys ROTARY = new RotaryHubKeys(10000, 0.25, true);

    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("num_hidden_layers", "layers"),
            ConfigKey.required("hidden_size", "width"),
            ConfigKey.required("num_attention_heads", "heads"),
            ConfigKey.required("intermediate_size", "mlp_width"),
            ConfigKey.required("max_position_embeddings", "context"),
            ConfigKey.of("layer_norm_eps", "norm_epsilon", 1e-5),
            ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("attention_bias", true),
            Setting.of("attention_dropout", 0.0),
            Setting.of("attention_probs_dropout_prob", 0.0), // GPT-NeoX 20B's names of the two
            Setting.of("hidden_dropout_prob", 0.0),
            Setting.of("hidden_dropout", 0.0));

    /** Masks and frequencies are functions of the configuration. */
    private static final Names NAMES = new Names(
            "gpt_neox.",
            "gpt_neox.",
            "embed_out.",
            Pattern.compile("gpt_neox\\.(layers\\.\\d+\\.attention\\.)?(bias|masked_bias|rotary_emb\\.inv_freq)"),
            Map.of("embed_out.weight", "gpt_neox.embed_in.weight"));

    /** Old names of keys of rotary positions, with those of today. */
    private static final Map<String, String> RENAMED =
            Map.of("rotary_pct", "partial_rotary_factor", "rotary_emb_base", "rope_theta");

    @Override
    public String modelType() {
        return new GptNeoxFamily().name();
    }

    @Override
    public List<String> architectures() {
        return List.of("GPTNeoXForCausalLM", "GPTNeoXModel");
    }

    @Override
    public String classPrefix() {
        return "GPTNeoX";
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
    public Set<String> special() {
        return RotaryFamily.and(
                RotaryFamily.and(ROTARY.keys(), PARALLEL, ACTIVATION),
                RENAMED.keySet().toArray(String[]::new));
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        ObjectNode renamed = config.deepCopy();
        RENAMED.forEach((old, key) -> {
            if (Json.isGiven(config.path(old)) && !Json.isGiven(config.path(key))) {
                renamed.set(key, config.path(old));
            }
        });
        ROTARY.read(renamed, model, problems);
        String activation = config.path(ACTIVATION).asText(EXACT);
        if (TANH.contains(activation)) {
            model.put("tanh_gelu", true);
        } else if (!activation.equals(EXACT)) {
            problems.add(ACTIVATION + "=" + activation + " is not one that Weft has: " + EXACT + ", "
                    + String.join(", ", TANH));
        }
        JsonNode parallel = config.path(PARALLEL);
        if (Json.isGiven(parallel) && !parallel.isBoolean()) {
            problems.add(PARALLEL + "=" + parallel + " is not true or false");
        } else if (!parallel.asBoolean(true)) {
            model.put("sequential_residual", true);
        }
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        ROTARY.write(model, config);
        config.put("rotary_pct", config.path("partial_rotary_factor").asDouble());
        config.put("rotary_emb_base", model.ropeTheta());
        config.put(ACTIVATION, model.tanhGelu() ? TANH.get(0) : EXACT);
        config.put(PARALLEL, !model.sequentialResidual());
    }
}
