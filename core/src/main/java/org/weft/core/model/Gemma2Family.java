package org.weft.core.model;

import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;

/** Gemma 2 (Gemma Team 2024, section 2): every second block has a window; scores of attention and logits are capped. */
public final class Gemma2Family extends GemmaFamily {
    private static final double SCORES = 50;
    private static final double LOGITS = 30;

    @Override
    public String name() {
        return "gemma2";
    }

    @Override
    public String summary() {
        return "GeGLU, norms around each half of a block, capped scores and logits, a sliding window in every second block.";
    }

    @Override
    protected int fullAttentionEvery() {
        return 2;
    }

    @Override
    public double attentionSoftcap(ModelConfig model) {
        return model.attnLogitSoftcapping() == 0 ? SCORES : super.attentionSoftcap(model);
    }

    @Override
    public double logitSoftcap(ModelConfig model) {
        return model.finalLogitSoftcapping() == 0 ? LOGITS : super.logitSoftcap(model);
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "attn_logit_softcapping", "final_logit_softcapping");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        requireCap("attn_logit_softcapping", model.attnLogitSoftcapping(), problems);
        requireCap("final_logit_softcapping", model.finalLogitSoftcapping(), problems);
    }

    private static void requireCap(String key, double value, Problems problems) {
        problems.require(value >= 0 || value == -1, "model.%s=%s must be positive, 0 or -1", key, value);
    }

    @Override
    public HubTable hub() {
        return new Gemma2HubTable();
    }
}
