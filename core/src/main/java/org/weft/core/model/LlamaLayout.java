package org.weft.core.model;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * Llama's parameters (Touvron et al. 2023; grouped queries: Ainslie et al. 2023), named and shaped as in their Hugging
 * Face checkpoints: linear weights are (out, in) and have no bias.
 *
 * <p>They stand in the order of the forward pass. An output head of its own comes last, for its gradient is complete
 * first; a tied one is the embedding at the beginning. Initialisation: normal of 0.02, as in Hugging Face's model.
 *
 * <p>V vocabulary, D width, K width of a head, G heads of keys and values, M width within the perceptron.
 */
final class LlamaLayout {
    private static final Initializer NORMAL = Initializer.normal(0.02);

    private LlamaLayout() {}

    static ParameterLayout of(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        int shared = model.keyValueHeads() * model.headWidth(); // G K
        int hidden = model.hiddenWidth();
        ParameterLayout.Builder layout = ParameterLayout.builder();
        linear(layout, "model.embed_tokens", shape.vocabSize(), width); // (V, D)
        for (int block = 0; block < model.layers(); block++) {
            String prefix = "model.layers." + block + ".";
            norm(layout, prefix + "input_layernorm", width);
            linear(layout, prefix + "self_attn.q_proj", width, width); // (D, D)
            linear(layout, prefix + "self_attn.k_proj", shared, width); // (G K, D)
            linear(layout, prefix + "self_attn.v_proj", shared, width); // (G K, D)
            linear(layout, prefix + "self_attn.o_proj", width, width); // (D, D)
            norm(layout, prefix + "post_attention_layernorm", width);
            linear(layout, prefix + "mlp.gate_proj", hidden, width); // (M, D)
            linear(layout, prefix + "mlp.up_proj", hidden, width); // (M, D)
            linear(layout, prefix + "mlp.down_proj", width, hidden); // (D, M)
        }
        norm(layout, "model.norm", width);
        if (!model.tiedHead()) {
            linear(layout, "lm_head", shape.vocabSize(), width); // (V, D)
        }
        return layout.build();
    }

    private static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
    }

    private static void linear(ParameterLayout.Builder layout, String name, int out, int in) {
        layout.add(name + ".weight", List.of(out, in), true, NORMAL); // (out, in)
    }
}
