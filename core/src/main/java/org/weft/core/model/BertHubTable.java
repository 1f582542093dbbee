package org.weft.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.config.ModelConfig;

/**
 * BERT as Hugging Face has it, with its heads of pre-training. A file without the masked-language head (a bare encoder)
 * gets a fresh one; the pooler goes with next-sentence prediction, and is left out without.
 */
record BertHubTable() implements HubTable {
    private static final String FOR_PRETRAINING = "BertForPreTraining";

    static final List<ConfigKey> KEYS = List.of(
            ConfigKey.required("num_hidden_layers", "layers"),
            ConfigKey.required("hidden_size", "width"),
            ConfigKey.required("num_attention_heads", "heads"),
            ConfigKey.required("intermediate_size", "mlp_width"),
            ConfigKey.required("max_position_embeddings", "context"),
            ConfigKey.of("type_vocab_size", "token_types", 2),
            ConfigKey.of("layer_norm_eps", "norm_epsilon", 1e-12),
            new ConfigKey(List.of("hidden_dropout_prob", "attention_probs_dropout_prob"), "dropout", 0.1));

    static final List<Setting> SETTINGS = List.of(
            Setting.of("hidden_act", "gelu"),
            Setting.of("position_embedding_type", "absolute"),
            Setting.of("is_decoder", false),
            Setting.of("add_cross_attention", false),
            Setting.of("tie_word_embeddings", true));

    /** Positions are counted, the decoder is the embedding and has the head's bias. */
    private static final Names NAMES = new Names(
            "bert.",
            "bert.",
            "cls.",
            Pattern.compile("bert\\.embeddings\\.(position_ids|token_type_ids)"),
            Map.of(
                    "cls.predictions.decoder.weight",
                    "bert.embeddings.word_embeddings.weight",
                    "cls.predictions.decoder.bias",
                    "cls.predictions.bias"));

    @Override
    public String modelType() {
        return BertFamily.NAME;
    }

    @Override
    public List<String> architectures() {
        return List.of("BertForMaskedLM", FOR_PRETRAINING, "BertModel");
    }

    @Override
    public List<ConfigKey> keys() {
        return KEYS;
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    /** What the first BERT's files say of a pooler that they do not have. */
    @Override
    public Set<String> ignored() {
        return Set.of(
                "directionality",
                "pooler_fc_size",
                "pooler_num_attention_heads",
                "pooler_num_fc_layers",
                "pooler_size_per_head",
                "pooler_type");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public String classPrefix() {
        return "Bert";
    }

    @Override
    public String architectureOf(ModelConfig model) {
        return model.nextSentence() ? FOR_PRETRAINING : "BertForMaskedLM";
    }

    /** Files that were converted from the first BERT call the norms' scale and shift gamma and beta. */
    @Override
    public String toLayout(String foreign) {
        return NAMES.toLayout(foreign)
                .replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
                .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias");
    }

    @Override
    public List<String> freshWhereAbsent() {
        return List.of("cls.predictions.");
    }

    @Override
    public Optional<String> leftOut() {
        return Optional.of("bert.pooler.");
    }

    @Override
    public void read(JsonNode config, Set<String> tensors, ObjectNode model, List<String> problems) {
        boolean named = config.path("architectures").path(0).asText().equals(FOR_PRETRAINING);
        boolean present = tensors.contains("cls.seq_relationship.weight");
        model.put("next_sentence", named || present);
    }
}
