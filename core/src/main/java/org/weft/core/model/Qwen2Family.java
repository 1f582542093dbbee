package org.weft.core.model;

import java.util.Set;

/** Qwen 2 and 2.5 (Yang et al. 2024): Llama whose queries, keys and values have biases. */
public final class Qwen2Family extends RotaryFamily {
    @Override
    public String name() {
        return "qwen2";
    }

    @Override
    public String summary() {
        return "llama with biases of queries, keys and values (Qwen 2 and 2.5).";
    }

    @Override
    public boolean biased() {
        return true;
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window", "full_attention_every");
    }

    @Override
    public HubTable hub() {
        return new Qwen2HubTable();
    }
}
