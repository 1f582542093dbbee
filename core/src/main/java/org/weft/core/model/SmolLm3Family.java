package org.weft.core.model;

import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;

/** SmolLM 3: Llama in which every fourth block has no positions (NoPE: Yang et al. 2025). SmolLM 2 is a Llama. */
public final class SmolLm3Family extends RotaryFamily {
    private static final int UNTURNED = 4;

    @Override
    public String name() {
        return "smollm3";
    }

    @Override
    public String summary() {
        return "llama without rotary positions in every fourth block.";
    }

    @Override
    public boolean turns(ModelConfig model, int block) {
        return (block + 1) % (model.noRopeEvery() > 0 ? model.noRopeEvery() : UNTURNED) != 0;
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "no_rope_every");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        problems.require(model.noRopeEvery() >= 0, "model.no_rope_every=%d must not be negative", model.noRopeEvery());
    }

    @Override
    public HubTable hub() {
        return new SmolLm3HubTable();
    }
}
