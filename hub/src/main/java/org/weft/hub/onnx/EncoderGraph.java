package org.weft.hub.onnx;

import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.EncoderFamily;
import org.weft.core.model.EncoderNames;

/**
 * BERT and its relatives: learned positions and segments, LayerNorm after each half of a block, attention to both sides, exact GELU.
 *
 * <p>B sequences, T tokens, D width, M width within the perceptron, H heads, K = D / H.
 */
record EncoderGraph(ModelConfig model, EncoderFamily family, OnnxLayers layers, OnnxInputs inputs)
        implements ModelGraph {
    /** Those of the class that compute so. */
    static final Set<String> FAMILIES = Set.of("bert", "roberta", "xlm-roberta", "distilbert");

    @Override
    public String states() {
        String tables = family.embeddings();
        String x = layers.rows(layers.parameter(tables + "word_embeddings.weight"), inputs.ids()); // (B, T, D)
        x = layers.add(x, layers.rows(layers.parameter(tables + "position_embeddings.weight"), positions()));
        if (family.typed()) {
            x = layers.add(x, types(layers.parameter(tables + "token_type_embeddings.weight")));
        }
        x = layers.layerNorm(x, tables + "LayerNorm", model.epsilon()); // (B, T, D)
        for (int block = 0; block < model.layers(); block++) {
            x = block(block, x);
        }
        return x;
    }

    /** From 0 on; where they are counted from behind the padding token's id, of the tokens that are there. (T) or (B, T) */
    private String positions() {
        OnnxGraph graph = layers.graph();
        if (family.firstPosition() == 0) {
            return inputs.range(graph.scalar(0L), inputs.count(inputs.ids(), 1));
        }
        String counted = graph.op("CumSum", List.of(inputs.present(), graph.scalar(1L))); // (B, T), from 1 on
        String there = layers.mul(counted, inputs.present());
        return layers.add(there, graph.scalar(family.firstPosition() - 1L));
    }

    /** Segments' embeddings; of a family that tells none apart, the first one's. */
    private String types(String table) {
        return layers.rows(
                table,
                model.tellsSegments() ? inputs.segments() : layers.graph().longs(0));
    }

    private String block(int block, String x) {
        EncoderNames names = family.names();
        String prefix = family.blockPrefix(model, block);
        String mixed = new OnnxAttention(layers, inputs, model, family)
                .apply(
                        block,
                        heads(layers.linear(x, prefix + names.query())),
                        heads(layers.linear(x, prefix + names.key())),
                        heads(layers.linear(x, prefix + names.value())),
                        0); // (B, T, D)
        String attended = layers.linear(mixed, prefix + names.project()); // (B, T, D)
        String middle = layers.layerNorm(layers.add(x, attended), prefix + names.attentionNorm(), model.epsilon());
        String hidden = layers.gelu(layers.linear(middle, prefix + names.expand())); // (B, T, M)
        String added = layers.linear(hidden, prefix + names.contract()); // (B, T, D)
        return layers.layerNorm(layers.add(middle, added), prefix + names.perceptronNorm(), model.epsilon());
    }

    private String heads(String x) {
        return layers.heads(x, model.heads(), model.headWidth()); // (B, T, H, K)
    }

    @Override
    public String logits(String states) {
        EncoderNames names = family.names();
        String hidden = layers.gelu(layers.linear(states, names.transform())); // (B, T, D)
        String normed = layers.layerNorm(hidden, names.transformNorm(), model.epsilon());
        String products = layers.tiedHead(normed, family.embeddings() + "word_embeddings.weight"); // (B, T, V)
        return layers.add(products, layers.parameter(names.vocabularyBias()));
    }

    @Override
    public String pooled(String first) {
        String mixed = layers.linear(first, family.pooler()); // (B, D)
        return layers.graph().op(family.rectifiedPooler() ? "Relu" : "Tanh", mixed);
    }
}
