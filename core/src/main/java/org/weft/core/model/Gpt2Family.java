package org.weft.core.model;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * GPT-2. Its parameters are named and shaped as in its Hugging Face checkpoints: linear weights are (in, out).
 *
 * <p>They stand in the order of the forward pass, so that backward finishes the flat vector from its end to its
 * beginning; the tied embedding comes first because its gradient is complete last. Initialisation as in GPT-2 (Radford
 * et al. 2019, section 2.3): normal of 0.02, projections into the residual stream scaled by 1/sqrt(2 L).
 *
 * <p>V vocabulary, T context, D width, M width within the perceptron.
 */
public final class Gpt2Family implements Family {
    public static final String NAME = "gpt2";

    private static final double DEVIATION = 0.02;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "learned positions, pre-LayerNorm, tanh GELU, tied head.";
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        int hidden = model.hiddenWidth();
        Initializer normal = Initializer.normal(DEVIATION);
        Initializer residual = Initializer.normal(DEVIATION / Math.sqrt(2.0 * model.layers()));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layout.add("wte.weight", List.of(shape.vocabSize(), width), true, normal); // (V, D)
        layout.add("wpe.weight", List.of(model.context(), width), true, normal); // (T, D)
        for (int block = 0; block < model.layers(); block++) {
            String h = blockPrefix(model, block);
            norm(layout, h + "ln_1", width);
            linear(layout, h + "attn.c_attn", width, 3 * width, normal); // (D, 3D)
            linear(layout, h + "attn.c_proj", width, width, residual); // (D, D)
            norm(layout, h + "ln_2", width);
            linear(layout, h + "mlp.c_fc", width, hidden, normal); // (D, M)
            linear(layout, h + "mlp.c_proj", hidden, width, residual); // (M, D)
        }
        norm(layout, "ln_f", width);
        return layout.build();
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return "h." + block + ".";
    }

    @Override
    public boolean inputFirst() {
        return true;
    }

    @Override
    public List<String> attention() {
        return List.of("attn.c_attn");
    }

    /** Its head is the embedding. */
    @Override
    public boolean languageOnly(String parameter) {
        return false;
    }

    @Override
    public boolean learnedPositions() {
        return true;
    }

    /** (D, 3 D): queries, keys and values side by side. */
    @Override
    public List<MatrixPart> separate(Parameter matrix, ModelConfig model) {
        int width = model.width();
        return matrix.name().endsWith("attn.c_attn.weight")
                ? MatrixPart.sideBySide(1, width, width, width)
                : Family.super.separate(matrix, model);
    }

    /** Its weights are (in, out). */
    @Override
    public BlockParts parts(ModelConfig model, int block) {
        String mlp = blockPrefix(model, block) + "mlp.";
        BlockParts.Axis units = new BlockParts.Axis(
                model.hiddenWidth(),
                List.of(
                        new BlockParts.Slices(mlp + "c_fc.weight", 1, 0, 1),
                        new BlockParts.Slices(mlp + "c_fc.bias", 0, 0, 1),
                        new BlockParts.Slices(mlp + "c_proj.weight", 0, 0, 1)));
        return BlockParts.ofUnits(units, BlockParts.biased(blockPrefix(model, block) + "attn.c_proj", mlp + "c_proj"));
    }

    @Override
    public HubTable hub() {
        return new Gpt2HubTable();
    }

    private static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
        layout.add(name + ".bias", List.of(width), false, Initializer.ZEROS); // (D)
    }

    private static void linear(ParameterLayout.Builder layout, String name, int in, int out, Initializer initializer) {
        layout.addFactor(name + ".weight", List.of(in, out), true, initializer); // (in, out)
        layout.addFactor(name + ".bias", List.of(out), false, Initializer.ZEROS); // (out)
    }
}
