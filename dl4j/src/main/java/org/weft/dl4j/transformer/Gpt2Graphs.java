package org.weft.dl4j.transformer;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.config.ModelConfig;

/**
 * GPT-2 (Radford et al. 2019) as SameDiff graphs for one shape of batch: a block, of which all share one graph, and the
 * norm after the last. Attention is explicit. LayerNorm is written out, for SameDiff's own divides by the deviation without
 * an epsilon; so is GELU, as x σ(2 √(2/π) (x + 0.044715 x³)), which is the tanh form in half the time of SameDiff's own.
 *
 * <p>B sequences, T tokens, N = B T rows, D width, M width within the perceptron, H heads, K = D/H.
 *
 * @param block input and output (N, D); with dropout it is given three masks
 * @param crown the final norm, (N, D)
 */
record Gpt2Graphs(GraphPiece block, GraphPiece crown) {
    static final String ATTENTION_MASK = "mask.attention"; // (B, H, T, T)
    static final String ATTENTION_OUTPUT_MASK = "mask.attention_output"; // (N, D)
    static final String MLP_OUTPUT_MASK = "mask.mlp_output"; // (N, D)
    static final String CROWN = "ln_f";

    /** Of a block, without its prefix. */
    static final List<String> BLOCK_PARAMETERS = List.of(
            "ln_1.weight",
            "ln_1.bias",
            "attn.c_attn.weight",
            "attn.c_attn.bias",
            "attn.c_proj.weight",
            "attn.c_proj.bias",
            "ln_2.weight",
            "ln_2.bias",
            "mlp.c_fc.weight",
            "mlp.c_fc.bias",
            "mlp.c_proj.weight",
            "mlp.c_proj.bias");

    static final List<String> CROWN_PARAMETERS = List.of(CROWN + ".weight", CROWN + ".bias");

    /** A score that softmax makes exactly 0 of. */
    private static final float UNSEEN = -1e30f;

    private static final double GELU_LINEAR = 2 * Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBIC = 0.044715 * GELU_LINEAR;

    /** What decides a graph. */
    record Shape(int sequences, int context, boolean dropout) {
        long rows() {
            return (long) sequences * context;
        }
    }

    static Gpt2Graphs of(ModelConfig config, Shape shape) {
        return new Gpt2Graphs(new BlockWriter(config, shape).write(), crown(config, shape));
    }

    private static GraphPiece crown(ModelConfig config, Shape shape) {
        GraphPiece.Builder piece = new GraphPiece.Builder();
        SDVariable x = piece.input(shape.rows(), config.width()); // (N, D)
        return piece.build(norm(piece, x, CROWN, config), shape.rows(), config.width());
    }

    /**
     * (x - mean) / sqrt(variance + epsilon) weight + bias over the last dimension, (N, D), with its derivative: SameDiff's
     * own of products with a row or a column are thirty times as slow as the products.
     */
    private static SDVariable norm(GraphPiece.Builder piece, SDVariable x, String name, ModelConfig config) {
        SDVariable weight = piece.parameter(name + ".weight", config.width()); // (D)
        SDVariable bias = piece.parameter(name + ".bias", config.width()); // (D)
        int mark = piece.mark();
        SDVariable centered = x.sub(x.mean(true, 1)); // (N, D)
        SDVariable variance = centered.mul(centered).mean(true, 1); // (N, 1)
        SDVariable scale = piece.graph().math().rsqrt(variance.add(config.epsilon())); // (N, 1)
        SDVariable normal = centered.mul(scale); // (N, D)
        return piece.differentiated(mark, normal.mul(weight).add(bias), above -> {
            piece.addGradient(weight, above.mul(normal).sum(0));
            piece.addGradient(bias, above.sum(0));
            SDVariable weighted = above.mul(weight); // (N, D)
            SDVariable along = normal.mul(weighted.mul(normal).mean(true, 1)); // (N, D)
            piece.addGradient(x, weighted.sub(weighted.mean(true, 1)).sub(along).mul(scale));
        });
    }

    /** Writes the block down, half by half. */
    private record BlockWriter(ModelConfig config, Shape shape, GraphPiece.Builder piece) {
        BlockWriter(ModelConfig config, Shape shape) {
            this(config, shape, new GraphPiece.Builder());
        }

        GraphPiece write() {
            int width = config.width();
            SDVariable x = piece.input(shape.rows(), width); // (N, D)
            SDVariable attended = attention(norm(piece, x, "ln_1", config)); // (N, D)
            SDVariable middle = x.add(dropped(attended, ATTENTION_OUTPUT_MASK, shape.rows(), width)); // (N, D)
            SDVariable hidden = linear(norm(piece, middle, "ln_2", config), "mlp.c_fc", width, config.hiddenWidth());
            SDVariable added = linear(gelu(hidden), "mlp.c_proj", config.hiddenWidth(), width); // (N, D)
            SDVariable y = middle.add(dropped(added, MLP_OUTPUT_MASK, shape.rows(), width)); // (N, D)
            return piece.build(y, shape.rows(), width);
        }

        private SDVariable attention(SDVariable x) {
            SameDiff graph = piece.graph();
            int width = config.width();
            int heads = config.heads();
            int context = shape.context();
            SDVariable[] qkv = graph.unstack(
                    linear(x, "attn.c_attn", width, 3 * width)
                            .reshape(shape.sequences(), context, 3, heads, config.headWidth())
                            .permute(2, 0, 3, 1, 4), // (3, B, H, T, K)
                    0,
                    3); // 3 of (B, H, T, K)
            SDVariable scores = graph.mmul(qkv[0].mul(1 / Math.sqrt(config.headWidth())), qkv[1], false, true, false)
                    .add(graph.constant(causalMask(context))); // (B, H, T, T)
            SDVariable probabilities =
                    dropped(graph.nn().softmax(scores, 3), ATTENTION_MASK, shape.sequences(), heads, context, context);
            SDVariable seen = graph.mmul(probabilities, qkv[2]) // (B, H, T, K)
                    .permute(0, 2, 1, 3) // (B, T, H, K)
                    .reshape(shape.rows(), width); // (N, D)
            return linear(seen, "attn.c_proj", width, width);
        }

        private SDVariable gelu(SDVariable x) {
            SDVariable inner = x.mul(x.mul(x).mul(GELU_CUBIC).add(GELU_LINEAR));
            return x.mul(piece.graph().nn().sigmoid(inner));
        }

        /** x W + b with W of (in, out). */
        private SDVariable linear(SDVariable x, String name, int in, int out) {
            return piece.graph()
                    .nn()
                    .linear(x, piece.parameter(name + ".weight", in, out), piece.parameter(name + ".bias", out));
        }

        private SDVariable dropped(SDVariable x, String mask, long... size) {
            return shape.dropout() ? x.mul(piece.given(mask, size)) : x;
        }

        /** 0 where a token may look, else a score that counts for nothing. (T, T) */
        private static INDArray causalMask(int context) {
            float[][] mask = new float[context][context];
            for (int from = 0; from < context; from++) {
                for (int to = from + 1; to < context; to++) {
                    mask[from][to] = UNSEEN;
                }
            }
            return Nd4j.create(mask).castTo(DataType.FLOAT);
        }
    }
}
