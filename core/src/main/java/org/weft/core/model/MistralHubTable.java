package org.weft.core.model;

import java.util.List;

/** Mistral as Hugging Face has it, where a window that is not said is one of 4096 tokens. */
final class MistralHubTable extends RotaryHubTable {

    @Override
    RotaryFamily family() {
        return new MistralFamily();
    }

    @Override
    public String classPrefix() {
        return "Mistral";
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.ALONE, 4096);
    }

    @Override
    public List<ConfigKey> keys() {
        return with(super.keys(), ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));
    }

    @Override
    int keyValueHeads() {
        return 8;
    }
}
