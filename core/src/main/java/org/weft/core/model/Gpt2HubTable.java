package org.weft.core.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** GPT-2 as Hugging Face has it; its linear weights are (in, out), as in Weft. */
record Gpt2HubTable() implements HubTable {
    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("n_layer", "layers"),
            ConfigKey.required("n_embd", "width"),
            ConfigKey.required("n_head", "heads"),
            ConfigKey.of("n_inner", "mlp_width", 0),
            new ConfigKey(List.of("n_positions", "n_ctx"), "context", null),
            ConfigKey.of("layer_norm_epsilon", "norm_epsilon", 1e-5),
            new ConfigKey(List.of("resid_pdrop", "embd_pdrop", "attn_pdrop"), "dropout", 0.1));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("activation_function", "gelu_new", "gelu_pytorch_tanh"), // Two names of one formula.
            Setting.of("scale_attn_weights", true),
            Setting.of("scale_attn_by_inverse_layer_idx", false),
            Setting.of("reorder_and_upcast_attn", false),
            Setting.of("add_cross_attention", false),
            Setting.of("tie_word_embeddings", true));

    /** The mask is a function of the positions, the head is the embedding. */
    private static final Names NAMES = new Names(
            "transformer.",
            "",
            "lm_head.",
            Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias)"),
            Map.of("lm_head.weight", "wte.weight"));

    @Override
    public String modelType() {
        return Gpt2Family.NAME;
    }

    @Override
    public List<String> architectures() {
        return List.of("GPT2LMHeadModel", "GPT2Model");
    }

    @Override
    public List<ConfigKey> keys() {
        return KEYS;
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    /** Of a head that judges whole sequences. */
    @Override
    public Set<String> ignored() {
        return Set.of(
                "summary_type",
                "summary_use_proj",
                "summary_activation",
                "summary_proj_to_labels",
                "summary_first_dropout");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public String classPrefix() {
        return "GPT2";
    }
}
