package org.weft.core.model;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * BERT (Devlin et al. 2019) and its relatives: encoders with learned positions, LayerNorm after each half of a block, exact
 * GELU, and a masked-language head whose matrix is the token embedding. What a relative does in another way is one of the
 * methods below; the engine has one forward pass for all of them.
 *
 * <p>Parameters are named and shaped as in the family's {@code …ForMaskedLM} on the hub: linear weights are (out, in). They
 * stand in the order of the forward pass: embeddings, blocks, then the heads. Initialisation as in BERT's code: normal of
 * 0.02.
 *
 * <p>V vocabulary, T context, S token types, D width, M width within the perceptron.
 */
public abstract class EncoderFamily implements Family {
    private static final Initializer NORMAL = Initializer.normal(0.02);

    /** What the names of all but the heads begin with. */
    abstract String base();

    /** What its layers are called. */
    public EncoderNames names() {
        return EncoderNames.BERT;
    }

    /** What the names of the embeddings begin with. */
    public String embeddings() {
        return base() + "embeddings.";
    }

    /** Whether there is an embedding for each kind of segment. */
    public boolean typed() {
        return true;
    }

    /** The row of the table of positions that a text's first token has; none reads those before it. */
    public int firstPosition() {
        return 0;
    }

    /** Whether dropout stands behind attention's projection, as it does behind the perceptron. */
    public boolean dropsAttended() {
        return true;
    }

    /** Whether dropout stands before the pooler, as it does behind it. */
    public boolean dropsPooled() {
        return false;
    }

    /** Whether the pooler's nonlinearity is a ReLU instead of a tanh. */
    public boolean rectifiedPooler() {
        return false;
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public double normEpsilon() {
        return 1e-12;
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        EncoderNames names = names();
        ParameterLayout.Builder layout = ParameterLayout.builder();
        int positions = firstPosition() + model.context();
        layout.add(embeddings() + "word_embeddings.weight", List.of(shape.vocabSize(), width), true, NORMAL); // (V, D)
        layout.add(embeddings() + "position_embeddings.weight", List.of(positions, width), true, NORMAL); // (T, D)
        if (typed()) {
            List<Integer> types = List.of(model.tokenTypes(), width); // (S, D)
            layout.add(embeddings() + "token_type_embeddings.weight", types, true, NORMAL);
        }
        BiasedLayers.norm(layout, embeddings() + "LayerNorm", width);
        for (int block = 0; block < model.layers(); block++) {
            String prefix = blockPrefix(model, block);
            BiasedLayers.linear(layout, prefix + names.query(), width, width); // (D, D)
            BiasedLayers.linear(layout, prefix + names.key(), width, width); // (D, D)
            BiasedLayers.linear(layout, prefix + names.value(), width, width); // (D, D)
            BiasedLayers.linear(layout, prefix + names.project(), width, width); // (D, D)
            BiasedLayers.norm(layout, prefix + names.attentionNorm(), width);
            BiasedLayers.linear(layout, prefix + names.expand(), model.hiddenWidth(), width); // (M, D)
            BiasedLayers.linear(layout, prefix + names.contract(), width, model.hiddenWidth()); // (D, M)
            BiasedLayers.norm(layout, prefix + names.perceptronNorm(), width);
        }
        pairHead(layout, model);
        BiasedLayers.linear(layout, names.transform(), width, width); // (D, D)
        BiasedLayers.norm(layout, names.transformNorm(), width);
        layout.add(names.vocabularyBias(), List.of(shape.vocabSize()), false, Initializer.ZEROS); // (V)
        return layout.build();
    }

    /** Adds what tells whether two segments follow one another; most families have none. */
    void pairHead(ParameterLayout.Builder layout, ModelConfig model) {}

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return base() + "encoder.layer." + block + ".";
    }

    @Override
    public List<String> attention() {
        return List.of("self.query", "self.value");
    }

    @Override
    public String sequenceHead() {
        return "classifier";
    }

    @Override
    public boolean learnedPositions() {
        return true;
    }

    /** Norms stand behind the residual sums: what a block does not change, they change. */
    @Override
    public BlockParts parts(ModelConfig model, int block) {
        String prefix = blockPrefix(model, block);
        return BlockParts.ofUnits(
                BlockParts.units(model.hiddenWidth(), prefix + names().expand(), true, prefix + names().contract()),
                List.of());
    }

    @Override
    public int lookedUpRows(ModelConfig model) {
        return firstPosition() + model.context() + (typed() ? model.tokenTypes() : 0);
    }
}
