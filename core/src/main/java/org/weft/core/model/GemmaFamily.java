package org.weft.core.model;

import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;

/**
 * What the second and the third Gemma have in common: norms around each half of a block that scale by 1 + w, GeGLU,
 * embeddings that are scaled and are the output head too, and blocks with a sliding window among blocks without.
 */
abstract class GemmaFamily extends RotaryFamily {
    @Override
    public BlockNorms blockNorms() {
        return BlockNorms.AROUND;
    }

    @Override
    public boolean offsetNorms() {
        return true;
    }

    @Override
    public boolean tanhGelu() {
        return true;
    }

    @Override
    public boolean scaledEmbeddings() {
        return true;
    }

    @Override
    public double normEpsilon() {
        return 1e-6;
    }

    @Override
    public boolean tiedHead(ModelConfig model) {
        return true;
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window", "full_attention_every", "query_pre_attn_scalar");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        problems.require(
                model.queryPreAttnScalar() >= 0,
                "model.query_pre_attn_scalar=%s must not be negative",
                model.queryPreAttnScalar());
    }
}
