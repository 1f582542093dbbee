package org.weft.core.model;

import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * BERT (Devlin et al. 2019) with its heads of pre-training. Its parameters are named and shaped as in Hugging Face's
 * {@code BertForMaskedLM} ({@code BertForPreTraining} with next-sentence prediction): linear weights are (out, in).
 *
 * <p>They stand in the order of the forward pass: embeddings, blocks, then the heads; the masked-language head's matrix
 * is the token embedding. Initialisation as in the paper's code: normal of 0.02.
 *
 * <p>V vocabulary, T context, S token types, D width, M width within the perceptron.
 */
public final class BertFamily implements Family {
    public static final String NAME = "bert";

    private static final String POOLER = "bert.pooler.dense";
    private static final Initializer NORMAL = Initializer.normal(0.02);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "bidirectional, post-LayerNorm, masked language modelling.";
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
    public boolean tellsSegments(ModelConfig model) {
        return model.tokenTypes() > 1;
    }

    @Override
    public Set<String> ownKeys() {
        return Set.of("next_sentence");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        problems.require(
                !model.nextSentence() || model.tokenTypes() >= 2,
                "model.token_types=%d must be at least 2 for model.next_sentence",
                model.tokenTypes());
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        ParameterLayout.Builder layout = ParameterLayout.builder();
        String embeddings = "bert.embeddings.";
        layout.add(embeddings + "word_embeddings.weight", List.of(shape.vocabSize(), width), true, NORMAL); // (V, D)
        layout.add(embeddings + "position_embeddings.weight", List.of(model.context(), width), true, NORMAL); // (T, D)
        layout.add(
                embeddings + "token_type_embeddings.weight",
                List.of(model.tokenTypes(), width),
                true,
                NORMAL); // (S, D)
        BiasedLayers.norm(layout, embeddings + "LayerNorm", width);
        for (int block = 0; block < model.layers(); block++) {
            String prefix = blockPrefix(model, block);
            BiasedLayers.linear(layout, prefix + "attention.self.query", width, width); // (D, D)
            BiasedLayers.linear(layout, prefix + "attention.self.key", width, width); // (D, D)
            BiasedLayers.linear(layout, prefix + "attention.self.value", width, width); // (D, D)
            BiasedLayers.linear(layout, prefix + "attention.output.dense", width, width); // (D, D)
            BiasedLayers.norm(layout, prefix + "attention.output.LayerNorm", width);
            BiasedLayers.linear(layout, prefix + "intermediate.dense", model.hiddenWidth(), width); // (M, D)
            BiasedLayers.linear(layout, prefix + "output.dense", width, model.hiddenWidth()); // (D, M)
            BiasedLayers.norm(layout, prefix + "output.LayerNorm", width);
        }
        if (model.nextSentence()) {
            BiasedLayers.linear(layout, POOLER, width, width); // (D, D)
            BiasedLayers.linear(layout, "cls.seq_relationship", 2, width); // (2, D)
        }
        BiasedLayers.linear(layout, "cls.predictions.transform.dense", width, width); // (D, D)
        BiasedLayers.norm(layout, "cls.predictions.transform.LayerNorm", width);
        layout.add("cls.predictions.bias", List.of(shape.vocabSize()), false, Initializer.ZEROS); // (V)
        return layout.build();
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return "bert.encoder.layer." + block + ".";
    }

    @Override
    public List<String> attention() {
        return List.of("self.query", "self.value");
    }

    /** The pooler too: a task's head that pools the first token has one of its own. */
    @Override
    public boolean languageOnly(String parameter) {
        return parameter.startsWith("cls.") || parameter.startsWith(POOLER);
    }

    @Override
    public String sequenceHead() {
        return "classifier";
    }

    @Override
    public String pooler() {
        return POOLER;
    }

    @Override
    public boolean learnedPositions() {
        return true;
    }

    @Override
    public int lookedUpRows(ModelConfig model) {
        return model.context() + model.tokenTypes();
    }

    @Override
    public HubTable hub() {
        return new BertHubTable();
    }
}
