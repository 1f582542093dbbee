package org.weft.core.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;

/** Phi-3 as Hugging Face has it. */
final class Phi3HubTable extends RotaryHubTable {
    private static final String ORIGINAL_CONTEXT = "original_max_position_embeddings";

    @Override
    RotaryFamily family() {
        return new Phi3Family();
    }

    @Override
    public String classPrefix() {
        return "Phi3";
    }

    @Override
    double epsilon() {
        return 1e-5;
    }

    @Override
    WindowHubKeys windows() {
        return new WindowHubKeys(family(), WindowHubKeys.Told.ALONE, 0);
    }

    @Override
    RotaryHubKeys rotary() {
        return new RotaryHubKeys(10000, 1, true);
    }

    @Override
    public List<ConfigKey> keys() {
        return with(super.keys(), ConfigKey.of("tie_word_embeddings", "tie_word_embeddings", false));
    }

    @Override
    public List<Setting> settings() {
        return with(
                super.settings(),
                Setting.of("attention_bias", false),
                Setting.of("resid_pdrop", 0.0),
                Setting.of("embd_pdrop", 0.0));
    }

    @Override
    public Set<String> special() {
        return RotaryFamily.and(super.special(), ORIGINAL_CONTEXT);
    }

    @Override
    public void write(ModelConfig model, ObjectNode config) {
        super.write(model, config);
        boolean longrope = model.ropeScaling() == RopeScaling.LONGROPE;
        config.put(ORIGINAL_CONTEXT, longrope ? model.ropeOriginalContext() : model.context());
    }

    @Override
    public Set<String> tasksWithoutClass() {
        return Set.of(SPANS);
    }
}
