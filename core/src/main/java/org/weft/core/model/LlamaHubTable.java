package org.weft.core.model;

import java.util.List;

/** Llama as Hugging Face has it. */
final class LlamaHubTable extends RotaryHubTable {

    @Override
    RotaryFamily family() {
        return new LlamaFamily();
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
    public List<ConfigKey> keys() {
        return with(super.keys(), ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));
    }

    @Override
    public List<Setting> settings() {
        return with(super.settings(), Setting.of("attention_bias", false), Setting.of("mlp_bias", false));
    }
}
