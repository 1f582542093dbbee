package org.weft.core.model;

import java.util.List;
import java.util.Set;

/** OLMo 2 as Hugging Face has it. */
final class Olmo2HubTable extends RotaryHubTable {

    @Override
    RotaryFamily family() {
        return new Olmo2Family();
    }

    @Override
    public String classPrefix() {
        return "Olmo2";
    }

    @Override
    double epsilon() {
        return 1e-5;
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
    public Set<String> tasksWithoutClass() {
        return Set.of(TOKENS, SPANS);
    }
}
