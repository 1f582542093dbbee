package org.weft.core.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** DistilBERT as Hugging Face has it, whose keys have names of their own. A file without the masked-language head gets a fresh one. */
record DistilBertHubTable() implements HubTable {
    private static final List<ConfigKey> KEYS = List.of(
            ConfigKey.of("n_layers", "layers", 6),
            ConfigKey.of("dim", "width", 768),
            ConfigKey.of("n_heads", "heads", 12),
            ConfigKey.of("hidden_dim", "mlp_width", 3072),
            ConfigKey.of("max_position_embeddings", "context", 512),
            new ConfigKey(List.of("dropout", "attention_dropout"), "dropout", 0.1));

    private static final List<Setting> SETTINGS = List.of(
            Setting.of("activation", "gelu"),
            Setting.of("sinusoidal_pos_embds", false),
            Setting.of("tie_weights_", true),
            Setting.of("tie_word_embeddings", true));

    /** The projector is the embedding and has a bias of its own. */
    private static final Names NAMES = new Names(
            "distilbert.",
            "distilbert.",
            "vocab_",
            Pattern.compile("distilbert\\.embeddings\\.position_ids"),
            Map.of("vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight"));

    @Override
    public String modelType() {
        return new DistilBertFamily().name();
    }

    @Override
    public List<String> architectures() {
        return List.of("DistilBertForMaskedLM", "DistilBertModel");
    }

    @Override
    public String classPrefix() {
        return "DistilBert";
    }

    @Override
    public List<ConfigKey> keys() {
        return KEYS;
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    /** Dropout before heads, which is {@code finetune.dropout}. */
    @Override
    public Set<String> ignored() {
        return Set.of("qa_dropout", "seq_classif_dropout");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public List<String> freshWhereAbsent() {
        return List.of("vocab_");
    }
}
