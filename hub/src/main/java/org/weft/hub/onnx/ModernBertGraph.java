package org.weft.hub.onnx;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.RotaryFrequencies;

/**
 * ModernBERT: LayerNorm on the embeddings and before each half of a block, fused queries, keys and values, rotary positions, attention
 * to both sides, over all or a window, and a perceptron with an exact GELU as its gate.
 *
 * <p>B sequences, T tokens, D width, M width within the perceptron, H heads, K = D / H.
 */
record ModernBertGraph(ModelConfig model, OnnxLayers layers, OnnxInputs inputs) implements ModelGraph {
    private static final String EMBEDDING = "model.embeddings.tok_embeddings.weight";

    @Override
    public String states() {
        Family family = Family.of(model);
        OnnxGraph graph = layers.graph();
        String positions = graph.op(
                "Unsqueeze",
                List.of(inputs.range(graph.scalar(0L), inputs.count(inputs.ids(), 1)), graph.longs(0))); // (1, T)
        OnnxRotary rotary = OnnxRotary.of(layers, "rotary", model, RotaryFrequencies.of(model, 0), 1, positions);
        OnnxRotary ofWindows =
                OnnxRotary.of(layers, "rotary_window", model, RotaryFrequencies.ofWindows(model), 1, positions);
        String tokens = layers.rows(layers.parameter(EMBEDDING), inputs.ids()); // (B, T, D)
        String x = layers.layerNorm(tokens, "model.embeddings.norm", model.epsilon());
        for (int block = 0; block < model.layers(); block++) {
            int window = family.window(model, block);
            x = block(block, x, window, window > 0 ? ofWindows : rotary);
        }
        return layers.layerNorm(x, "model.final_norm", model.epsilon());
    }

    private String block(int block, String x, int window, OnnxRotary rotary) {
        String prefix = Family.of(model).blockPrefix(model, block);
        boolean normed = layers.has(prefix + "attn_norm.weight"); // not before the first
        String read = normed ? layers.layerNorm(x, prefix + "attn_norm", model.epsilon()) : x;
        long width = model.width();
        List<String> fused = layers.parts(layers.linear(read, prefix + "attn.Wqkv"), width, width, width).stream()
                .map(part -> layers.heads(part, model.heads(), model.headWidth())) // (B, T, H, K)
                .toList();
        String q = rotary.turn(fused.get(0), model.headWidth());
        String k = rotary.turn(fused.get(1), model.headWidth());
        String mixed = new OnnxAttention(layers, inputs, model, Family.of(model))
                .apply(block, q, k, fused.get(2), window); // (B, T, D)
        String middle = layers.add(x, layers.linear(mixed, prefix + "attn.Wo")); // (B, T, D)
        String given = layers.layerNorm(middle, prefix + "mlp_norm", model.epsilon());
        long hidden = model.hiddenWidth();
        List<String> halves = layers.parts(layers.linear(given, prefix + "mlp.Wi"), hidden, hidden); // (B, T, M) twice
        String gated = layers.mul(layers.gelu(halves.get(0)), halves.get(1)); // (B, T, M)
        return layers.add(middle, layers.linear(gated, prefix + "mlp.Wo")); // (B, T, D)
    }

    @Override
    public String logits(String states) {
        return layers.add(layers.tiedHead(judged(states), EMBEDDING), layers.parameter("decoder.bias"));
    }

    /** The perceptron before the head. */
    @Override
    public String judged(String states) {
        return layers.layerNorm(layers.gelu(layers.linear(states, "head.dense")), "head.norm", model.epsilon());
    }

    @Override
    public String pooled(String first) {
        return judged(first);
    }
}
