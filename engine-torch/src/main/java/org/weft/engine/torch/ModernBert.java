package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * ModernBERT (Warner et al. 2024) in reading order: LayerNorm on the embeddings and before each half of a block (but not twice
 * before the first), fused queries, keys and values, rotary positions, attention to both sides, over all or a window, a perceptron
 * with an exact GELU as its gate, a last norm, and a small perceptron before the token embedding, which is the output head. Linear
 * layers are x Wᵀ with W of (out, in). It has no dropout but that of a task's head.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron, H heads, K = D/H.
 */
final class ModernBert implements Transformer {
    private final int heads;
    private final Embeddings embeddings;
    private final Norm embeddingNorm;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm finalNorm;
    private final Linear dense; // (D, D), or null
    private final Norm denseNorm; // or null
    private final OutputHead head; // or null

    ModernBert(ModelConfig config, FlatTensors flat) {
        String table = "model.embeddings.tok_embeddings.weight"; // (V, D)
        double epsilon = config.epsilon();
        heads = config.heads();
        embeddings = Embeddings.ofTokens(flat, table);
        embeddingNorm = Norm.layer("model.embeddings.norm", flat, epsilon);
        Family family = Family.of(config);
        RotaryPositions positions = RotaryPositions.of(config, flat.parameters().tensor());
        RotaryPositions ofWindows =
                RotaryPositions.ofWindows(config, flat.parameters().tensor());
        Attention whole = new Attention(config, flat);
        Attention windowed = null;
        for (int block = 0; block < config.layers(); block++) {
            int window = family.window(config, block);
            if (window > 0 && windowed == null) {
                windowed = new Attention(config, flat, window);
            }
            blocks.add(Block.of(
                    family.blockPrefix(config, block),
                    window > 0 ? windowed : whole,
                    window > 0 ? ofWindows : positions,
                    flat,
                    epsilon));
        }
        finalNorm = Norm.layer("model.final_norm", flat, epsilon);
        boolean judges = flat.has("head.dense.weight");
        dense = judges ? Linear.outputFirst("head.dense", flat) : null;
        denseNorm = judges ? Norm.layer("head.norm", flat, epsilon) : null;
        head = flat.has("decoder.bias") ? OutputHead.biased(flat, table, "decoder.bias") : null;
    }

    @Override
    public Embeddings embeddings() {
        return embeddings;
    }

    @Override
    public boolean hasStem(RandomStreams dropout) {
        return true;
    }

    @Override
    public Tensor stem(Tensor x, RandomStreams dropout) {
        return embeddingNorm.apply(x); // (B, T, D)
    }

    @Override
    public int blocks() {
        return blocks.size();
    }

    /** Attention, then the perceptron, each added to the stream. */
    @Override
    public BlockOutput block(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        Tensor middle = x.add(attend(index, block.norm1.apply(x), pass)); // (B, T, D)
        TensorVector halves = block.expand.apply(block.norm2.apply(middle)).chunk(2, 2); // 2 of (B, T, M)
        Tensor hidden = torch.gelu(halves.get(0)).mul(halves.get(1)); // (B, T, M)
        return BlockOutput.of(middle.add(block.contract.apply(hidden))); // (B, T, D)
    }

    private Tensor attend(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        TensorVector qkv = block.qkv
                .apply(x) // (B, T, 3 D)
                .view(x.size(0), x.size(1), 3, heads, x.size(2) / heads) // (B, T, 3, H, K)
                .permute(2, 0, 3, 1, 4) // (3, B, H, T, K)
                .unbind(0); // 3 of (B, H, T, K)
        Tensor queries = block.positions.turn(qkv.get(0), pass); // (B, H, T, K)
        Tensor keys = block.positions.turn(qkv.get(1), pass); // (B, H, T, K)
        return block.project.apply(block.attention.apply(index, queries, keys, qkv.get(2), pass)); // (B, T, D)
    }

    @Override
    public Tensor crown(Tensor rows) {
        return judged(states(rows)); // (N, D)
    }

    @Override
    public Tensor states(Tensor rows) {
        return finalNorm.apply(rows); // (N, D)
    }

    /** Of a mean as of a token: the perceptron stands behind what is pooled. */
    @Override
    public Tensor judged(Tensor states) {
        Tensor hidden = torch.gelu(dense.apply(states)); // (N, D)
        return denseNorm.apply(hidden.to(states.scalar_type())); // (N, D)
    }

    @Override
    public Tensor pooled(Tensor first, RandomStreams dropout) {
        return crown(first); // (B, D)
    }

    @Override
    public OutputHead head() {
        return head;
    }

    /** The parameters of one block. */
    private record Block(
            Norm norm1,
            Linear qkv,
            Attention attention,
            RotaryPositions positions,
            Linear project,
            Norm norm2,
            Linear expand,
            Linear contract) {

        static Block of(
                String prefix, Attention attention, RotaryPositions positions, FlatTensors flat, double epsilon) {
            boolean normed = flat.has(prefix + "attn_norm.weight");
            return new Block(
                    normed ? Norm.layer(prefix + "attn_norm", flat, epsilon) : x -> x,
                    Linear.outputFirst(prefix + "attn.Wqkv", flat), // (3 D, D)
                    attention,
                    positions,
                    Linear.outputFirst(prefix + "attn.Wo", flat), // (D, D)
                    Norm.layer(prefix + "mlp_norm", flat, epsilon),
                    Linear.outputFirst(prefix + "mlp.Wi", flat), // (2 M, D)
                    Linear.outputFirst(prefix + "mlp.Wo", flat)); // (D, M)
        }
    }
}
