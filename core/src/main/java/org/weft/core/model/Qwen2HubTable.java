package org.weft.core.model;

import java.util.List;

/** Qwen 2 as Hugging Face has it; its windows are off unless a switch says otherwise. */
final class Qwen2HubTable extends RotaryHubTable {

    @Override
    RotaryFamily family() {
        return new Qwen2Family();
    }

    @Override
    public String spanBase() {
        return "transformer.";
    }

    @Override
    public String classPrefix() {
        return "Qwen2";
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
    int keyValueHeads() {
        return 32;
    }
}
