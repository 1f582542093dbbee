package org.weft.core.model;

/** Llama (Touvron et al. 2023), the family that the others of {@link RotaryFamily} are told from. */
public final class LlamaFamily extends RotaryFamily {
    public static final String NAME = "llama";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "RMSNorm, rotary positions, SwiGLU, grouped queries.";
    }

    @Override
    public HubTable hub() {
        return new LlamaHubTable();
    }
}
