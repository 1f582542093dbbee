package org.weft.core.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.Initializer;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * ModernBERT (Warner et al. 2024): an encoder with rotary positions, LayerNorm before each half of a block and after the last,
 * gated perceptrons (GeGLU) and hardly a bias. Every third block, the first among them, looks at all tokens, the others at those
 * that are at most half a window away, on both sides, with rotary positions of a base of their own. The first block's input is
 * normed already and is not normed again.
 *
 * <p>Parameters are named and shaped as in Hugging Face's {@code ModernBertForMaskedLM}: linear weights are (out, in), the
 * projections to queries, keys and values one matrix, gate and up another. They stand in the order of the forward pass.
 * Initialisation: normal of 0.02, what adds to the stream scaled by 1/sqrt(2 L).
 *
 * <p>V vocabulary, D width, M width within the perceptron, L blocks, W tokens of a window.
 */
public final class ModernBertFamily implements Family {
    private static final double DEVIATION = 0.02;
    private static final Initializer NORMAL = Initializer.normal(DEVIATION);
    private static final double WINDOW_THETA = 10000;

    static final int FULL_ATTENTION_EVERY = 3;
    static final int WINDOW = 128;

    @Override
    public String name() {
        return "modernbert";
    }

    @Override
    public String summary() {
        return "bidirectional, rotary positions, GeGLU, a window on both sides in two of three blocks.";
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public boolean gated(ModelConfig model) {
        return true;
    }

    @Override
    public Set<String> ownKeys() {
        return Set.of("sliding_window", "full_attention_every", "rope_theta", "rope_local_theta");
    }

    @Override
    public Map<String, Integer> meant(ModelConfig model) {
        return Map.of("full_attention_every", every(model));
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        int width = model.width();
        int heads = model.heads();
        problems.require(
                heads < 1 || width % heads != 0 || width / heads % 2 == 0,
                "model.width=%d / model.heads=%d must be even: rotary positions turn pairs",
                width,
                heads);
        problems.require(
                model.slidingWindow() == 0 || model.slidingWindow() >= 2,
                "model.sliding_window=%d must be 2 or more, or 0 for %d",
                model.slidingWindow(),
                WINDOW);
        problems.require(
                model.fullAttentionEvery() >= 0,
                "model.full_attention_every=%d must not be negative",
                model.fullAttentionEvery());
        problems.require(model.ropeTheta() > 0, "model.rope_theta=%s must be positive", model.ropeTheta());
        problems.require(
                model.ropeLocalTheta() >= 0, "model.rope_local_theta=%s must not be negative", model.ropeLocalTheta());
        problems.require(model.dropout() == 0, "model.dropout=%s is not of %s: it has none", model.dropout(), name());
    }

    /** Every how many-th block looks at all tokens, from the first on. */
    static int every(ModelConfig model) {
        return model.fullAttentionEvery() > 0 ? model.fullAttentionEvery() : FULL_ATTENTION_EVERY;
    }

    /** W, of which a query sees W / 2 on each side, and itself. */
    static int windowOf(ModelConfig model) {
        return model.slidingWindow() > 0 ? model.slidingWindow() : WINDOW;
    }

    @Override
    public int window(ModelConfig model, int block) {
        return block % every(model) == 0 ? 0 : windowOf(model);
    }

    /** Embeddings are normed. */
    @Override
    public boolean normed(ModelConfig model, int block) {
        return block > 0;
    }

    @Override
    public int rotaryWidth(ModelConfig model) {
        return model.headWidth();
    }

    @Override
    public double windowTheta(ModelConfig model) {
        return model.ropeLocalTheta() > 0 ? model.ropeLocalTheta() : WINDOW_THETA;
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        Initializer residual = Initializer.normal(DEVIATION / Math.sqrt(2.0 * model.layers()));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        List<Integer> table = List.of(shape.vocabSize(), width);
        layout.add("model.embeddings.tok_embeddings.weight", table, true, NORMAL); // (V, D)
        norm(layout, "model.embeddings.norm", width);
        for (int block = 0; block < model.layers(); block++) {
            String prefix = blockPrefix(model, block);
            if (normed(model, block)) {
                norm(layout, prefix + "attn_norm", width);
            }
            linear(layout, prefix + "attn.Wqkv", 3 * width, width, NORMAL); // (3 D, D)
            linear(layout, prefix + "attn.Wo", width, width, residual); // (D, D)
            norm(layout, prefix + "mlp_norm", width);
            linear(layout, prefix + "mlp.Wi", 2 * model.hiddenWidth(), width, NORMAL); // (2 M, D)
            linear(layout, prefix + "mlp.Wo", width, model.hiddenWidth(), residual); // (D, M)
        }
        norm(layout, "model.final_norm", width);
        linear(layout, "head.dense", width, width, residual); // (D, D)
        norm(layout, "head.norm", width);
        layout.add("decoder.bias", List.of(shape.vocabSize()), false, Initializer.ZEROS); // (V)
        return layout.build();
    }

    private static void linear(ParameterLayout.Builder layout, String name, int out, int in, Initializer initializer) {
        layout.addFactor(name + ".weight", List.of(out, in), true, initializer); // (out, in)
    }

    private static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return "model.layers." + block + ".";
    }

    @Override
    public List<String> attention() {
        return List.of("attn.Wqkv");
    }

    /** Not the perceptron before the matrix, which tasks' heads have too. */
    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("decoder.");
    }

    /** The perceptron too: {@code ModernBertModel} has none. */
    @Override
    public boolean behindVectors(String parameter) {
        return languageOnly(parameter) || parameter.startsWith("head.");
    }

    @Override
    public String sequenceHead() {
        return "classifier";
    }

    @Override
    public boolean pools() {
        return false;
    }

    /** (3 D, D): queries, keys and values one above the other; (2 M, D): the gate above what it gates. */
    @Override
    public List<MatrixPart> separate(Parameter matrix, ModelConfig model) {
        int width = model.width();
        if (matrix.name().endsWith("attn.Wqkv.weight")) {
            return MatrixPart.sideBySide(0, width, width, width);
        }
        return matrix.name().endsWith("mlp.Wi.weight")
                ? MatrixPart.sideBySide(0, model.hiddenWidth(), model.hiddenWidth())
                : Family.super.separate(matrix, model);
    }

    /** The gate and what it gates are one matrix. */
    @Override
    public BlockParts parts(ModelConfig model, int block) {
        String prefix = blockPrefix(model, block);
        BlockParts.Axis units = BlockParts.gatedTogether(model.hiddenWidth(), prefix + "mlp.Wi", prefix + "mlp.Wo");
        return BlockParts.ofUnits(units, List.of(prefix + "attn.Wo.weight", prefix + "mlp.Wo.weight"));
    }

    @Override
    public HubTable hub() {
        return new ModernBertHubTable();
    }
}
