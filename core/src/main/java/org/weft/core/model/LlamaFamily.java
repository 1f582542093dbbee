package org.weft.core.model;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * Llama (Touvron et al. 2023; grouped queries: Ainslie et al. 2023). Its parameters are named and shaped as in their Hugging
 * Face checkpoints: linear weights are (out, in) and have no bias.
 *
 * <p>They stand in the order of the forward pass. An output head of its own comes last, for its gradient is complete
 * first; a tied one is the embedding at the beginning. Initialisation: normal of 0.02, as in Hugging Face's model.
 *
 * <p>V vocabulary, D width, K width of a head, G heads of keys and values, M width within the perceptron.
 */
public final class LlamaFamily implements Family {
    public static final String NAME = "llama";

    private static final Initializer NORMAL = Initializer.normal(0.02);
    private static final Set<RopeScaling> OF_AN_ORIGINAL_CONTEXT = EnumSet.of(RopeScaling.LLAMA3, RopeScaling.YARN);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "RMSNorm, rotary positions, SwiGLU, grouped queries.";
    }

    @Override
    public boolean gated() {
        return true;
    }

    @Override
    public int keyValueHeads(ModelConfig model) {
        return model.kvHeads() > 0 ? model.kvHeads() : model.heads();
    }

    @Override
    public boolean tiedHead(ModelConfig model) {
        return model.tieWordEmbeddings();
    }

    @Override
    public Set<String> ownKeys() {
        return Set.of("kv_heads", "rope_scaling");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        int width = model.width();
        int heads = model.heads();
        int kvHeads = model.kvHeads();
        problems.require(kvHeads >= 0, "model.kv_heads=%d must not be negative", kvHeads);
        problems.require(
                kvHeads <= 0 || heads < 1 || heads % kvHeads == 0,
                "model.heads=%d is not divisible by model.kv_heads=%d",
                heads,
                kvHeads);
        problems.require(
                heads < 1 || width % heads != 0 || model.headWidth() % 2 == 0,
                "model.width=%d / model.heads=%d must be even: rotary positions turn pairs",
                width,
                heads);
        problems.require(model.dropout() == 0, "model.dropout=%s is not of %s: it has none", model.dropout(), name());
        validateRope(model, problems);
    }

    private static void validateRope(ModelConfig model, Problems problems) {
        problems.require(model.ropeTheta() > 0, "model.rope_theta=%s must be positive", model.ropeTheta());
        problems.require(model.ropeFactor() >= 1, "model.rope_factor=%s must be at least 1", model.ropeFactor());
        problems.require(
                !OF_AN_ORIGINAL_CONTEXT.contains(model.ropeScaling()) || model.ropeOriginalContext() >= 1,
                "model.rope_original_context is not set for model.rope_scaling=%s",
                model.ropeScaling().word());
        problems.require(
                model.ropeLowFreqFactor() > 0 && model.ropeLowFreqFactor() < model.ropeHighFreqFactor(),
                "model.rope_low_freq_factor=%s must be positive and less than model.rope_high_freq_factor=%s",
                model.ropeLowFreqFactor(),
                model.ropeHighFreqFactor());
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        int shared = model.keyValueHeads() * model.headWidth(); // G K
        int hidden = model.hiddenWidth();
        ParameterLayout.Builder layout = ParameterLayout.builder();
        linear(layout, "model.embed_tokens", shape.vocabSize(), width); // (V, D)
        for (int block = 0; block < model.layers(); block++) {
            String prefix = blockPrefix(block);
            norm(layout, prefix + "input_layernorm", width);
            linear(layout, prefix + "self_attn.q_proj", width, width); // (D, D)
            linear(layout, prefix + "self_attn.k_proj", shared, width); // (G K, D)
            linear(layout, prefix + "self_attn.v_proj", shared, width); // (G K, D)
            linear(layout, prefix + "self_attn.o_proj", width, width); // (D, D)
            norm(layout, prefix + "post_attention_layernorm", width);
            linear(layout, prefix + "mlp.gate_proj", hidden, width); // (M, D)
            linear(layout, prefix + "mlp.up_proj", hidden, width); // (M, D)
            linear(layout, prefix + "mlp.down_proj", width, hidden); // (D, M)
        }
        norm(layout, "model.norm", width);
        if (!model.tiedHead()) {
            linear(layout, "lm_head", shape.vocabSize(), width); // (V, D)
        }
        return layout.build();
    }

    @Override
    public String blockPrefix(int block) {
        return "model.layers." + block + ".";
    }

    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("lm_head.");
    }

    /** RMSNorm is several operations: what is normed, before it is scaled. */
    @Override
    public int normVectors() {
        return 2;
    }

    @Override
    public HubTable hub() {
        return new LlamaHubTable();
    }

    private static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
    }

    private static void linear(ParameterLayout.Builder layout, String name, int out, int in) {
        layout.add(name + ".weight", List.of(out, in), true, NORMAL); // (out, in)
    }
}
