package org.weft.core.model;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.config.Problems;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * Llama (Touvron et al. 2023) and its relatives: RMSNorm, rotary positions, heads of keys and values that several heads of
 * queries share (Ainslie et al. 2023), a gated perceptron. What a relative does in another way is one of the methods below;
 * a family answers those that it has an answer of its own to, and the engine has one forward pass for all of them.
 *
 * <p>Parameters are named and shaped as in the family's Hugging Face checkpoints, fused ones too: linear weights are
 * (out, in). They stand in the order of the forward pass. An output head of its own comes last, for its gradient is
 * complete first; a tied one is the embedding at the beginning. Initialisation: normal of 0.02, as in Hugging Face's models.
 *
 * <p>V vocabulary, D width, H heads, K width of a head, G heads of keys and values, M width within the perceptron.
 */
public abstract class RotaryFamily implements Family {
    private static final Initializer NORMAL = Initializer.normal(0.02);
    private static final Set<RopeScaling> OF_AN_ORIGINAL_CONTEXT =
            EnumSet.complementOf(EnumSet.of(RopeScaling.NONE, RopeScaling.LINEAR));

    /** Whether the projections to queries, keys and values have a bias. */
    public boolean biased() {
        return false;
    }

    /** Which rows of queries and keys are normed before they are turned. */
    public QueryKeyNorm queryKeyNorm() {
        return QueryKeyNorm.NONE;
    }

    /** Where a block's norms stand. */
    public BlockNorms blockNorms() {
        return BlockNorms.BEFORE;
    }

    /** Whether norms scale by 1 + w, w from zero, instead of w, from one. */
    public boolean offsetNorms() {
        return false;
    }

    /** Whether queries, keys and values are one matrix, and gate and up another. */
    public boolean fused() {
        return false;
    }

    /** Whether the gate is a tanh GELU (GeGLU: Shazeer 2020) instead of a SiLU. */
    public boolean tanhGelu() {
        return false;
    }

    /** Whether embeddings are multiplied by the root of D. */
    public boolean scaledEmbeddings() {
        return false;
    }

    @Override
    public int rotaryWidth(ModelConfig model) {
        return model.rotaryFraction() > 0 ? (int) (model.rotaryFraction() * model.headWidth()) : model.headWidth();
    }

    /** Every how many-th block looks at all tokens where the configuration says nothing; 0 for none. */
    protected int fullAttentionEvery() {
        return 0;
    }

    @Override
    public int window(ModelConfig model, int block) {
        int every = model.fullAttentionEvery() > 0 ? model.fullAttentionEvery() : fullAttentionEvery();
        return every > 0 && (block + 1) % every == 0 ? 0 : model.slidingWindow();
    }

    @Override
    public boolean gated(ModelConfig model) {
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
        return and(RopeScalingKeys.own(), "kv_heads", "head_dim");
    }

    /** A pattern of windows is of windows. */
    @Override
    public Set<String> unheeded(ModelConfig model) {
        Set<String> keys = Family.super.unheeded(model);
        return model.slidingWindow() > 0 ? keys : and(keys, "full_attention_every");
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
                model.headDim() > 0 || heads < 1 || width % heads != 0 || model.headWidth() % 2 == 0,
                "model.width=%d / model.heads=%d must be even: rotary positions turn pairs",
                width,
                heads);
        problems.require(
                model.headDim() % 2 == 0,
                "model.head_dim=%d must be even: rotary positions turn pairs",
                model.headDim());
        problems.require(
                model.slidingWindow() >= 0, "model.sliding_window=%d must not be negative", model.slidingWindow());
        problems.require(
                model.fullAttentionEvery() >= 0,
                "model.full_attention_every=%d must not be negative",
                model.fullAttentionEvery());
        problems.requireUse(
                model.fullAttentionEvery() <= 0 || model.slidingWindow() > 0,
                "model.full_attention_every=%d has no effect without model.sliding_window: leave it out, or 0",
                model.fullAttentionEvery());
        problems.require(model.dropout() == 0, "model.dropout=%s is not of %s: it has none", model.dropout(), name());
        validateRope(model, problems);
    }

    /** For a family that may turn part of a head. */
    static void requireFraction(ModelConfig model, Problems problems) {
        double fraction = model.rotaryFraction();
        problems.require(fraction >= 0 && fraction <= 1, "model.rotary_fraction=%s must be in (0, 1], or 0", fraction);
        if (fraction > 0 && fraction < 1 && model.heads() >= 1) {
            int turned = (int) (fraction * model.headWidth());
            problems.require(
                    turned > 0 && turned % 2 == 0,
                    "model.rotary_fraction=%s turns %d of %d elements of a head: rotary positions turn pairs",
                    fraction,
                    turned,
                    model.headWidth());
        }
    }

    /** For a family with rotary positions. */
    static void validateRope(ModelConfig model, Problems problems) {
        problems.require(model.ropeTheta() > 0, "model.rope_theta=%s must be positive", model.ropeTheta());
        problems.require(model.ropeFactor() >= 1, "model.rope_factor=%s must be at least 1", model.ropeFactor());
        problems.require(
                !OF_AN_ORIGINAL_CONTEXT.contains(model.ropeScaling()) || model.ropeOriginalContext() >= 1,
                "model.rope_original_context is not set for model.rope_scaling=%s",
                model.ropeScaling().word());
        if (model.ropeScaling() == RopeScaling.LONGROPE && model.heads() >= 1) {
            RopeScalingKeys.requireFactors(model, Family.of(model).rotaryWidth(model) / 2, problems);
        }
        problems.require(
                model.ropeAttentionFactor() >= 0,
                "model.rope_attention_factor=%s must not be negative",
                model.ropeAttentionFactor());
        problems.require(
                model.ropeLowFreqFactor() > 0 && model.ropeLowFreqFactor() < model.ropeHighFreqFactor(),
                "model.rope_low_freq_factor=%s must be positive and less than model.rope_high_freq_factor=%s",
                model.ropeLowFreqFactor(),
                model.ropeHighFreqFactor());
        RopeScalingKeys.requireHeeded(model, problems);
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layout.add("model.embed_tokens.weight", List.of(shape.vocabSize(), width), true, NORMAL); // (V, D)
        for (int block = 0; block < model.layers(); block++) {
            String prefix = blockPrefix(model, block);
            norm(layout, prefix, blockNorms().beforeAttention(), width);
            attention(layout, prefix + "self_attn.", model);
            norm(layout, prefix, blockNorms().afterAttention(), width);
            norm(layout, prefix, blockNorms().beforePerceptron(), width);
            perceptron(layout, prefix, model);
            norm(layout, prefix, blockNorms().afterPerceptron(), width);
        }
        norm(layout, "model.", "norm", width);
        if (!model.tiedHead()) {
            linear(layout, "lm_head", shape.vocabSize(), width); // (V, D)
        }
        return layout.build();
    }

    private void attention(ParameterLayout.Builder layout, String prefix, ModelConfig model) {
        int width = model.width();
        int queries = model.heads() * model.headWidth(); // H K
        int shared = model.keyValueHeads() * model.headWidth(); // G K
        if (fused()) {
            projection(layout, prefix + "qkv_proj", queries + 2 * shared, width); // (H K + 2 G K, D)
        } else {
            projection(layout, prefix + "q_proj", queries, width); // (H K, D)
            projection(layout, prefix + "k_proj", shared, width); // (G K, D)
            projection(layout, prefix + "v_proj", shared, width); // (G K, D)
        }
        switch (queryKeyNorm()) {
            case NONE -> {}
            case HEAD -> {
                norm(layout, prefix, "q_norm", model.headWidth()); // (K)
                norm(layout, prefix, "k_norm", model.headWidth()); // (K)
            }
            case PROJECTION -> {
                norm(layout, prefix, "q_norm", queries); // (H K)
                norm(layout, prefix, "k_norm", shared); // (G K)
            }
        }
        linear(layout, prefix + "o_proj", width, queries); // (D, H K)
    }

    /** A block's perceptron; a family with another overrides it. */
    void perceptron(ParameterLayout.Builder layout, String prefix, ModelConfig model) {
        int width = model.width();
        int hidden = model.hiddenWidth();
        if (fused()) {
            linear(layout, prefix + "mlp.gate_up_proj", 2 * hidden, width); // (2 M, D)
        } else {
            linear(layout, prefix + "mlp.gate_proj", hidden, width); // (M, D)
            linear(layout, prefix + "mlp.up_proj", hidden, width); // (M, D)
        }
        linear(layout, prefix + "mlp.down_proj", width, hidden); // (D, M)
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return "model.layers." + block + ".";
    }

    @Override
    public BlockParts parts(ModelConfig model, int block) {
        return RotaryParts.of(this, model, blockPrefix(model, block));
    }

    @Override
    public List<String> attention() {
        return fused() ? List.of("qkv_proj") : List.of("q_proj", "v_proj");
    }

    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("lm_head.");
    }

    /** RMSNorm is several operations: what is normed, before it is scaled, and after a half of a block its input. */
    @Override
    public long normElements(ModelConfig model) {
        int vectors =
                switch (blockNorms()) {
                    case BEFORE -> 2;
                    case AFTER -> 4;
                    case AROUND -> 6;
                };
        long heads = queryKeyNorm() == QueryKeyNorm.NONE ? 0 : 2L * (model.heads() + model.keyValueHeads());
        return (long) vectors * model.width() + heads * model.headWidth();
    }

    /** Keys and more of them. */
    static Set<String> and(Set<String> keys, String... more) {
        return Stream.concat(keys.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
    }

    private void projection(ParameterLayout.Builder layout, String name, int out, int in) {
        linear(layout, name, out, in);
        if (biased()) {
            layout.addFactor(name + ".bias", List.of(out), false, Initializer.ZEROS); // (out)
        }
    }

    private void norm(ParameterLayout.Builder layout, String prefix, String name, int width) {
        if (!name.isEmpty()) {
            Initializer initializer = offsetNorms() ? Initializer.ZEROS : Initializer.ONES;
            layout.add(prefix + name + ".weight", List.of(width), false, initializer); // (D), or as it is said
        }
    }

    static void linear(ParameterLayout.Builder layout, String name, int out, int in) {
        layout.addFactor(name + ".weight", List.of(out, in), true, NORMAL); // (out, in)
    }
}
