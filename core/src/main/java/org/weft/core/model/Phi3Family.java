package org.weft.core.model;

import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;

/** Phi-3 and Phi-4 mini (Abdin et al. 2024): Llama with fused projections, which may turn part of each head. */
public final class Phi3Family extends RotaryFamily {
    @Override
    public String name() {
        return "phi3";
    }

    @Override
    public String summary() {
        return "llama with fused projections (Phi-3, Phi-4 mini).";
    }

    @Override
    public boolean fused() {
        return true;
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window", "rotary_fraction");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        requireFraction(model, problems);
    }

    @Override
    public HubTable hub() {
        return new Phi3HubTable();
    }
}
