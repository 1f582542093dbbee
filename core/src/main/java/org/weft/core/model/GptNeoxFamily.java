package org.weft.core.model;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.Initializer;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * GPT-NeoX (Black et al. 2022) and the Pythias: attention and perceptron read a block's input side by side, and rotary
 * positions turn a quarter of each head. Parameters are named and shaped as in Hugging Face's checkpoints: linear weights
 * are (out, in), and a head's rows of the fused projection are its query's, its key's and its value's.
 *
 * <p>They stand in the order of the forward pass; an output head of its own comes last. Initialisation: normal of 0.02.
 *
 * <p>V vocabulary, D width, M width within the perceptron.
 */
public final class GptNeoxFamily implements Family {
    private static final Initializer NORMAL = Initializer.normal(0.02);
    private static final double TURNED = 0.25;

    @Override
    public String name() {
        return "gpt_neox";
    }

    @Override
    public String summary() {
        return "parallel attention and perceptron, LayerNorm, rotary positions of a quarter of each head (Pythia).";
    }

    @Override
    public boolean tiedHead(ModelConfig model) {
        return model.tieWordEmbeddings();
    }

    @Override
    public int rotaryWidth(ModelConfig model) {
        return (int) ((model.rotaryFraction() > 0 ? model.rotaryFraction() : TURNED) * model.headWidth());
    }

    @Override
    public Set<String> ownKeys() {
        return RotaryFamily.and(RopeScalingKeys.own(), "rotary_fraction", "sequential_residual", "tanh_gelu");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        problems.require(model.dropout() == 0, "model.dropout=%s is not of %s: it has none", model.dropout(), name());
        boolean whole = model.heads() >= 1 && model.width() % model.heads() == 0;
        problems.require(
                !whole || rotaryWidth(model) > 0 && rotaryWidth(model) % 2 == 0,
                "model.rotary_fraction turns %d of the %d elements of a head: rotary positions turn pairs",
                whole ? rotaryWidth(model) : 0,
                whole ? model.headWidth() : 0);
        problems.require(
                model.rotaryFraction() >= 0 && model.rotaryFraction() <= 1,
                "model.rotary_fraction=%s must be in (0, 1], or 0",
                model.rotaryFraction());
        RotaryFamily.validateRope(model, problems);
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        int hidden = model.hiddenWidth();
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layout.add("gpt_neox.embed_in.weight", List.of(shape.vocabSize(), width), true, NORMAL); // (V, D)
        for (int block = 0; block < model.layers(); block++) {
            String prefix = blockPrefix(model, block);
            BiasedLayers.norm(layout, prefix + "input_layernorm", width);
            BiasedLayers.linear(layout, prefix + "attention.query_key_value", 3 * width, width); // (3 D, D)
            BiasedLayers.linear(layout, prefix + "attention.dense", width, width); // (D, D)
            BiasedLayers.norm(layout, prefix + "post_attention_layernorm", width);
            BiasedLayers.linear(layout, prefix + "mlp.dense_h_to_4h", hidden, width); // (M, D)
            BiasedLayers.linear(layout, prefix + "mlp.dense_4h_to_h", width, hidden); // (D, M)
        }
        BiasedLayers.norm(layout, "gpt_neox.final_layer_norm", width);
        if (!model.tiedHead()) {
            layout.addFactor("embed_out.weight", List.of(shape.vocabSize(), width), true, NORMAL); // (V, D)
        }
        return layout.build();
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return "gpt_neox.layers." + block + ".";
    }

    @Override
    public List<String> attention() {
        return List.of("query_key_value");
    }

    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("embed_out.");
    }

    /** (3 D, D): of each head queries, keys and values, K rows each. */
    @Override
    public List<MatrixPart> separate(Parameter matrix, ModelConfig model) {
        if (!matrix.name().endsWith("attention.query_key_value.weight")) {
            return Family.super.separate(matrix, model);
        }
        int rows = model.headWidth();
        return IntStream.range(0, 3)
                .mapToObj(kind -> new MatrixPart(0, kind * rows, rows, 3 * rows, model.heads()))
                .toList();
    }

    @Override
    public BlockParts parts(ModelConfig model, int block) {
        String prefix = blockPrefix(model, block);
        String narrow = prefix + "mlp.dense_4h_to_h";
        return BlockParts.ofUnits(
                BlockParts.units(model.hiddenWidth(), prefix + "mlp.dense_h_to_4h", true, narrow),
                BlockParts.biased(prefix + "attention.dense", narrow));
    }

    @Override
    public HubTable hub() {
        return new GptNeoxHubTable();
    }
}
