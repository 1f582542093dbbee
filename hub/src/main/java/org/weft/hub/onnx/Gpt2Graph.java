package org.weft.hub.onnx;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * GPT-2: learned positions, LayerNorm before each half of a block, tanh GELU, fused queries, keys and values, a tied head. Linear
 * layers are (in, out).
 *
 * <p>B sequences, T tokens, D width, H heads, K = D / H.
 */
record Gpt2Graph(ModelConfig model, OnnxLayers layers, OnnxInputs inputs) implements ModelGraph {

    @Override
    public String states() {
        String tokens = layers.rows(layers.parameter("wte.weight"), inputs.ids()); // (B, T, D)
        String x = layers.add(tokens, layers.rows(layers.parameter("wpe.weight"), inputs.positions())); // (B, T, D)
        OnnxAttention attention = new OnnxAttention(layers, inputs, model, Family.of(model));
        for (int block = 0; block < model.layers(); block++) {
            String prefix = Family.of(model).blockPrefix(model, block);
            String normed = layers.layerNorm(x, prefix + "ln_1", model.epsilon());
            String fused = layers.linear(normed, prefix + "attn.c_attn", true); // (B, T, 3D)
            long width = model.width();
            List<String> parts = layers.parts(fused, width, width, width).stream()
                    .map(part -> layers.heads(part, model.heads(), model.headWidth())) // (B, T, H, K)
                    .toList();
            String mixed = attention.apply(block, parts.get(0), parts.get(1), parts.get(2), 0); // (B, T, D)
            String middle = layers.add(x, layers.linear(mixed, prefix + "attn.c_proj", true)); // (B, T, D)
            String read = layers.layerNorm(middle, prefix + "ln_2", model.epsilon());
            String hidden = layers.tanhGelu(layers.linear(read, prefix + "mlp.c_fc", true)); // (B, T, M)
            x = layers.add(middle, layers.linear(hidden, prefix + "mlp.c_proj", true)); // (B, T, D)
        }
        return layers.layerNorm(x, "ln_f", model.epsilon());
    }

    @Override
    public String logits(String states) {
        return layers.tiedHead(states, "wte.weight");
    }
}
