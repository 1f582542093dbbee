package org.weft.core.model;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * BERT's parameters (Devlin et al. 2019) with its heads of pre-training, named and shaped as in Hugging Face's
 * {@code BertForMaskedLM} ({@code BertForPreTraining} with next-sentence prediction): linear weights are (out, in).
 *
 * <p>They stand in the order of the forward pass: embeddings, blocks, then the heads; the masked-language head's matrix
 * is the token embedding. Initialisation as in the paper's code: normal of 0.02.
 *
 * <p>V vocabulary, T context, S token types, D width, M width within the perceptron.
 */
final class BertLayout {
    private static final Initializer NORMAL = Initializer.normal(0.02);

    private BertLayout() {}

    static ParameterLayout of(ModelShape shape) {
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
        norm(layout, embeddings + "LayerNorm", width);
        for (int block = 0; block < model.layers(); block++) {
            String prefix = "bert.encoder.layer." + block + ".";
            linear(layout, prefix + "attention.self.query", width, width); // (D, D)
            linear(layout, prefix + "attention.self.key", width, width); // (D, D)
            linear(layout, prefix + "attention.self.value", width, width); // (D, D)
            linear(layout, prefix + "attention.output.dense", width, width); // (D, D)
            norm(layout, prefix + "attention.output.LayerNorm", width);
            linear(layout, prefix + "intermediate.dense", model.hiddenWidth(), width); // (M, D)
            linear(layout, prefix + "output.dense", width, model.hiddenWidth()); // (D, M)
            norm(layout, prefix + "output.LayerNorm", width);
        }
        if (model.nextSentence()) {
            linear(layout, "bert.pooler.dense", width, width); // (D, D)
            linear(layout, "cls.seq_relationship", 2, width); // (2, D)
        }
        linear(layout, "cls.predictions.transform.dense", width, width); // (D, D)
        norm(layout, "cls.predictions.transform.LayerNorm", width);
        layout.add("cls.predictions.bias", List.of(shape.vocabSize()), false, Initializer.ZEROS); // (V)
        return layout.build();
    }

    private static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
        layout.add(name + ".bias", List.of(width), false, Initializer.ZEROS); // (D)
    }

    private static void linear(ParameterLayout.Builder layout, String name, int out, int in) {
        layout.add(name + ".weight", List.of(out, in), true, NORMAL); // (out, in)
        layout.add(name + ".bias", List.of(out), false, Initializer.ZEROS); // (out)
    }
}
