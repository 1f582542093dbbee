package org.weft.core.model;

import java.util.Set;

/** Qwen 3 (Yang et al. 2025): Llama with heads of a width of their own, whose queries and keys are normed. */
public final class Qwen3Family extends RotaryFamily {
    @Override
    public String name() {
        return "qwen3";
    }

    @Override
    public String summary() {
        return "llama with norms of queries and keys.";
    }

    @Override
    public QueryKeyNorm queryKeyNorm() {
        return QueryKeyNorm.HEAD;
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window", "full_attention_every");
    }

    @Override
    public HubTable hub() {
        return new Qwen3HubTable();
    }
}
