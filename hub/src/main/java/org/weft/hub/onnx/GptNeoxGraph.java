package org.weft.hub.onnx;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.RotaryFrequencies;

/**
 * GPT-NeoX: attention and perceptron side by side or one after the other, rotary positions of a part of each head.
 *
 * <p>B sequences, T tokens, D width, H heads, K = D / H.
 */
record GptNeoxGraph(ModelConfig model, OnnxLayers layers, OnnxInputs inputs) implements ModelGraph {
    private static final String EMBEDDING = "gpt_neox.embed_in.weight";

    @Override
    public String states() {
        String x = layers.rows(layers.parameter(EMBEDDING), inputs.ids()); // (B, T, D)
        OnnxRotary rotary = OnnxRotary.of(
                layers,
                "rotary",
                model,
                RotaryFrequencies.of(model, 0),
                RotaryFrequencies.magnitude(model),
                inputs.positions());
        for (int block = 0; block < model.layers(); block++) {
            String prefix = Family.of(model).blockPrefix(model, block);
            String normed = layers.layerNorm(x, prefix + "input_layernorm", model.epsilon());
            String middle = layers.add(x, attended(block, prefix, normed, rotary)); // (B, T, D)
            String from = model.sequentialResidual() ? middle : x;
            String read = layers.layerNorm(from, prefix + "post_attention_layernorm", model.epsilon());
            String wide = layers.linear(read, prefix + "mlp.dense_h_to_4h"); // (B, T, M)
            String hidden = model.tanhGelu() ? layers.tanhGelu(wide) : layers.gelu(wide);
            x = layers.add(middle, layers.linear(hidden, prefix + "mlp.dense_4h_to_h")); // (B, T, D)
        }
        return layers.layerNorm(x, "gpt_neox.final_layer_norm", model.epsilon());
    }

    private String attended(int block, String prefix, String x, OnnxRotary rotary) {
        int width = model.headWidth();
        String fused = layers.linear(x, prefix + "attention.query_key_value"); // (B, T, 3D)
        OnnxGraph graph = layers.graph();
        String heads =
                graph.op("Reshape", List.of(fused, graph.longs(0, 0, model.heads(), 3L * width))); // (B, T, H, 3K)
        List<String> parts = layers.parts(heads, width, width, width); // (B, T, H, K)
        String mixed = new OnnxAttention(layers, inputs, model, Family.of(model))
                .apply(block, rotary.turn(parts.get(0), width), rotary.turn(parts.get(1), width), parts.get(2), 0);
        return layers.linear(mixed, prefix + "attention.dense"); // (B, T, D)
    }

    @Override
    public String logits(String states) {
        return model.tiedHead() ? layers.tiedHead(states, EMBEDDING) : layers.linear(states, "embed_out");
    }
}
