package org.weft.core.model;

import java.util.Set;

/** Mistral 7B (Jiang et al. 2023): Llama with a sliding window in every block, and later without. */
public final class MistralFamily extends RotaryFamily {
    public static final String NAME = "mistral";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "llama with a sliding window.";
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window");
    }

    @Override
    public HubTable hub() {
        return new MistralHubTable();
    }
}
