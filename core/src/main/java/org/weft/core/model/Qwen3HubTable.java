package org.weft.core.model;

import java.util.List;

/** Qwen 3 as Hugging Face has it, whose heads have a width of 128 where none is said. */
final class Qwen3HubTable extends RotaryHubTable {

    @Override
    RotaryFamily family() {
        return new Qwen3Family();
    }

    @Override
    public String spanBase() {
        return "transformer.";
    }

    @Override
    public String classPrefix() {
        return "Qwen3";
    }

    @Override
    int headWidth() {
        return 128;
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.SWITCHED, 4096);
    }

    @Override
    public List<ConfigKey> keys() {
        return with(super.keys(), ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));
    }

    @Override
    public List<Setting> settings() {
        return with(super.settings(), Setting.of("attention_bias", false));
    }

    @Override
    int keyValueHeads() {
        return 32;
    }
}
