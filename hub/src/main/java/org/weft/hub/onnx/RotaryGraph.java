package org.weft.hub.onnx;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.QueryKeyNorm;
import org.weft.core.model.RotaryFamily;
import org.weft.core.model.RotaryFrequencies;

/**
 * Llama and its relatives: RMSNorm, rotary positions, shared heads of keys and values, a gated perceptron. What differs is what
 * {@link RotaryFamily} answers.
 *
 * <p>B sequences, T tokens, D width, M width within the perceptron, H heads, G heads of keys and values, K width of a head.
 */
record RotaryGraph(ModelConfig model, RotaryFamily family, OnnxLayers layers, OnnxInputs inputs) implements ModelGraph {
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @Override
    public String states() {
        String x = layers.rows(layers.parameter(EMBEDDING), inputs.ids()); // (B, T, D)
        if (family.scaledEmbeddings()) {
            x = layers.mul(x, layers.graph().scalar(Math.sqrt(model.width())));
        }
        String positions = inputs.positions();
        OnnxRotary rotary = OnnxRotary.of(
                layers, "rotary", model, RotaryFrequencies.of(model, 0), RotaryFrequencies.magnitude(model), positions);
        boolean apart = family.windowTheta(model) > 0 && model.slidingWindow() > 0;
        OnnxRotary ofWindows = apart
                ? OnnxRotary.of(layers, "rotary_window", model, RotaryFrequencies.ofWindows(model), 1, positions)
                : rotary;
        for (int block = 0; block < model.layers(); block++) {
            OnnxRotary own = family.window(model, block) > 0 ? ofWindows : rotary;
            x = block(block, x, family.turns(model, block) ? own : null);
        }
        return norm(x, "model.", "norm");
    }

    /** Attention, then the perceptron, each added to the stream. (B, T, D) to (B, T, D) */
    private String block(int block, String x, OnnxRotary rotary) {
        String prefix = family.blockPrefix(model, block);
        String read = norm(x, prefix, family.blockNorms().beforeAttention());
        String attended = attended(block, prefix + "self_attn.", read, rotary);
        String middle = layers.add(x, norm(attended, prefix, family.blockNorms().afterAttention()));
        String given = norm(middle, prefix, family.blockNorms().beforePerceptron());
        String added = perceptron(prefix + "mlp.", given);
        return layers.add(middle, norm(added, prefix, family.blockNorms().afterPerceptron()));
    }

    private String attended(int block, String prefix, String x, OnnxRotary rotary) {
        long queries = (long) model.heads() * model.headWidth();
        long shared = (long) model.keyValueHeads() * model.headWidth();
        List<String> projected = family.fused()
                ? layers.parts(layers.linear(x, prefix + "qkv_proj"), queries, shared, shared)
                : List.of(
                        layers.linear(x, prefix + "q_proj"),
                        layers.linear(x, prefix + "k_proj"),
                        layers.linear(x, prefix + "v_proj")); // (B, T, H K), (B, T, G K) twice
        String q = turned(projected.get(0), prefix + "q_norm", model.heads(), rotary); // (B, T, H, K)
        String k = turned(projected.get(1), prefix + "k_norm", model.keyValueHeads(), rotary); // (B, T, G, K)
        String v = layers.heads(projected.get(2), model.keyValueHeads(), model.headWidth()); // (B, T, G, K)
        String mixed = new OnnxAttention(layers, inputs, model, family)
                .apply(block, q, k, v, family.window(model, block)); // (B, T, H K)
        return layers.linear(mixed, prefix + "o_proj"); // (B, T, D)
    }

    private String turned(String rows, String norm, int heads, OnnxRotary rotary) {
        QueryKeyNorm normed = family.queryKeyNorm();
        String x = normed == QueryKeyNorm.PROJECTION ? norm(rows, "", norm) : rows;
        String split = layers.heads(x, heads, model.headWidth());
        String even = normed == QueryKeyNorm.HEAD ? norm(split, "", norm) : split;
        return rotary == null ? even : rotary.turn(even, model.headWidth());
    }

    private String perceptron(String prefix, String x) {
        long hidden = model.hiddenWidth();
        List<String> both = family.fused()
                ? layers.parts(layers.linear(x, prefix + "gate_up_proj"), hidden, hidden)
                : List.of(layers.linear(x, prefix + "gate_proj"), layers.linear(x, prefix + "up_proj")); // (B, T, M)
        String gate = family.tanhGelu() ? layers.tanhGelu(both.get(0)) : layers.silu(both.get(0));
        return layers.linear(layers.mul(gate, both.get(1)), prefix + "down_proj"); // (B, T, D)
    }

    /** What is given where a family has no such norm. */
    private String norm(String x, String prefix, String name) {
        return name.isEmpty() ? x : layers.rootMeanSquare(x, prefix + name, model.epsilon(), family.offsetNorms());
    }

    @Override
    public String logits(String states) {
        String logits =
                model.tiedHead() ? layers.tiedHead(states, EMBEDDING) : layers.linear(states, "lm_head"); // (B, T, V)
        double cap = family.logitSoftcap(model);
        return cap > 0 ? layers.capped(logits, cap) : logits;
    }
}
