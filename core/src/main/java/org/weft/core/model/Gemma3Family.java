package org.weft.core.model;

import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;

/**
 * Gemma 3 for text (Gemma Team 2025, section 2): five blocks with a window, whose rotary positions have a base of their
 * own, to one without; queries and keys are normed instead of capped.
 */
public final class Gemma3Family extends GemmaFamily {
    private static final double WINDOW_THETA = 10000;

    @Override
    public String name() {
        return "gemma3_text";
    }

    @Override
    public String summary() {
        return "gemma2 with norms of queries and keys instead of caps, and a window in five of six blocks.";
    }

    @Override
    public QueryKeyNorm queryKeyNorm() {
        return QueryKeyNorm.HEAD;
    }

    @Override
    protected int fullAttentionEvery() {
        return 6;
    }

    @Override
    public double windowTheta(ModelConfig model) {
        return model.ropeLocalTheta() > 0 ? model.ropeLocalTheta() : WINDOW_THETA;
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "rope_local_theta");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        problems.require(
                model.ropeLocalTheta() >= 0, "model.rope_local_theta=%s must not be negative", model.ropeLocalTheta());
    }

    @Override
    public HubTable hub() {
        return new Gemma3HubTable();
    }
}
