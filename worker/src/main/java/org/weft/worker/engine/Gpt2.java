package org.weft.worker.engine;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;

/**
 * GPT-2 (Radford et al. 2019) in reading order: learned positions, pre-LayerNorm blocks, tanh GELU, fused qkv, and the
 * token embedding again as output head ({@link OutputHead}). Linear layers are x W + b with W of (in, out), as in
 * GPT-2's own checkpoints.
 *
 * <p>Dropout stands where GPT-2 has it: on the embeddings, on the attention probabilities and on what each half of a
 * block adds to the residual stream. Without it attention is one fused operation that never holds (T, T) scores; with
 * it the scores are explicit, because the fused one draws from libtorch's global generator.
 *
 * <p>Its native objects belong to the scope in which it was made: the replica's.
 *
 * <p>B sequences, T tokens, D width, H heads, K = D/H, V vocabulary, N = B T rows.
 */
final class Gpt2 {
    private static final double EPSILON = 1e-5;

    private final int width;
    private final int heads;
    private final Tensor tokenEmbedding; // (V, D)
    private final Tensor positionEmbedding; // (C, D), C the longest context
    private final List<Block> blocks = new ArrayList<>();
    private final Norm finalNorm;
    private final Tensor futures; // (C, C), minus infinity above the diagonal
    private final Scalar attentionScale;
    private final TensorOptional noMask = new TensorOptional();
    private final DoubleOptional defaultScale = new DoubleOptional();

    Gpt2(ModelConfig config, FlatTensors flat) {
        width = config.width();
        heads = config.heads();
        tokenEmbedding = flat.parameter("wte.weight");
        positionEmbedding = flat.parameter("wpe.weight");
        for (int block = 0; block < config.layers(); block++) {
            blocks.add(new Block(block, "h." + block + ".", flat));
        }
        finalNorm = new Norm("ln_f", flat, width);
        attentionScale = new Scalar(1 / Math.sqrt((double) width / heads));
        futures = config.dropout() > 0
                ? futures(config.context(), flat.parameters().tensor())
                : null;
    }

    int blocks() {
        return blocks.size();
    }

    /**
     * Token and position embeddings, without gradient and before dropout.
     *
     * @param tokens (N), row after row
     * @return (B, T, D)
     */
    Tensor embed(Tensor tokens, int sequences, int context) {
        Tensor x = tokenEmbedding.index_select(0, tokens).view(sequences, context, width); // (B, T, D)
        return x.add_(positionEmbedding.narrow(0, 0, context)); // (B, T, D)
    }

    /** One Transformer block: attention, then the perceptron, each added to the stream. (B, T, D) to (B, T, D) */
    Tensor block(int index, Tensor x, RandomStreams dropout) {
        Block block = blocks.get(index);
        Tensor attended = attention(block, block.norm1.apply(x), dropout); // (B, T, D)
        Tensor middle =
                dropout.drop(attended, RandomStreams.attentionOutput(index)).add_(x); // (B, T, D)
        Tensor hidden = block.expand.apply(block.norm2.apply(middle)); // (B, T, 4D)
        Tensor added = block.contract.apply(torch.gelu(hidden, "tanh")); // (B, T, D)
        return dropout.drop(added, RandomStreams.mlpOutput(index)).add_(middle); // (B, T, D)
    }

    /** The norm before the head. (B, T, D) to (B, T, D) */
    Tensor finalNorm(Tensor x) {
        return finalNorm.apply(x);
    }

    private Tensor attention(Block block, Tensor x, RandomStreams dropout) {
        long sequences = x.size(0);
        long context = x.size(1);
        TensorVector qkv = block.qkv
                .apply(x) // (B, T, 3D)
                .view(sequences, context, 3, heads, width / heads) // (B, T, 3, H, K)
                .permute(2, 0, 3, 1, 4) // (3, B, H, T, K)
                .unbind(0); // 3 of (B, H, T, K)
        Tensor mixed = dropout.active()
                ? explicitAttention(qkv, block.index, dropout)
                : torch.scaled_dot_product_attention(
                        qkv.get(0), qkv.get(1), qkv.get(2), noMask, 0, true, defaultScale, false); // (B, H, T, K)
        Tensor joined = mixed.transpose(1, 2).reshape(sequences, context, width); // (B, T, D)
        return block.project.apply(joined); // (B, T, D)
    }

    private Tensor explicitAttention(TensorVector qkv, int block, RandomStreams dropout) {
        Tensor keys = qkv.get(1); // (B, H, T, K)
        long context = keys.size(2);
        Tensor scores = qkv.get(0).matmul(keys.transpose(2, 3)).mul_(attentionScale); // (B, H, T, T)
        Tensor past = futures.narrow(0, 0, context).narrow(1, 0, context); // (T, T)
        Tensor probabilities = scores.add_(past).softmax(3); // (B, H, T, T)
        return dropout.drop(probabilities, RandomStreams.attention(block)).matmul(qkv.get(2)); // (B, H, T, K)
    }

    private static Tensor futures(int context, Tensor like) {
        Scalar never = new Scalar(Double.NEGATIVE_INFINITY);
        return torch.full(new long[] {context, context}, never, like.options()).triu(1); // (C, C)
    }

    /** The parameters of one block. */
    private static final class Block {
        private final int index;
        private final Norm norm1;
        private final Linear qkv;
        private final Linear project;
        private final Norm norm2;
        private final Linear expand;
        private final Linear contract;

        Block(int index, String prefix, FlatTensors flat) {
            this.index = index;
            qkv = new Linear(prefix + "attn.c_attn", flat); // (D, 3D)
            project = new Linear(prefix + "attn.c_proj", flat); // (D, D)
            expand = new Linear(prefix + "mlp.c_fc", flat); // (D, 4D)
            contract = new Linear(prefix + "mlp.c_proj", flat); // (4D, D)
            int width = (int) project.weight.size(0);
            norm1 = new Norm(prefix + "ln_1", flat, width);
            norm2 = new Norm(prefix + "ln_2", flat, width);
        }
    }

    /** x W + b over the last dimension. */
    private static final class Linear {
        private final Tensor weight; // (I, O)
        private final Tensor bias; // (O)

        Linear(String name, FlatTensors flat) {
            weight = flat.parameter(name + ".weight");
            bias = flat.parameter(name + ".bias");
        }

        Tensor apply(Tensor x) {
            Tensor rows = x.view(-1, weight.size(0)); // (N, I)
            return torch.addmm(bias, rows, weight).view(x.size(0), x.size(1), weight.size(1)); // (B, T, O)
        }
    }

    /** LayerNorm over the last dimension. */
    private static final class Norm {
        private final long[] shape;
        private final TensorOptional weight; // (D)
        private final TensorOptional bias; // (D)

        Norm(String name, FlatTensors flat, int width) {
            shape = new long[] {width};
            weight = new TensorOptional(flat.parameter(name + ".weight"));
            bias = new TensorOptional(flat.parameter(name + ".bias"));
        }

        Tensor apply(Tensor x) {
            return torch.layer_norm(x, shape, weight, bias, EPSILON, true); // (B, T, D)
        }
    }
}
