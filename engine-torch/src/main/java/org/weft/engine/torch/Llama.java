package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * Llama (Touvron et al. 2023) in reading order: RMSNorm before each half of a block, rotary positions, heads of keys and
 * values that several heads of queries share, SwiGLU, and an output head of its own or the token embedding again.
 * Linear layers are x Wᵀ with W of (out, in), without bias. It has no dropout.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron, H heads, G heads of keys and values, K = D/H.
 */
final class Llama implements Transformer {
    private final Embeddings embeddings;
    private final RotaryPositions positions;
    private final Attention attention;
    private final int headWidth;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm finalNorm;
    private final OutputHead head; // or null

    Llama(ModelConfig config, FlatTensors flat) {
        embeddings = Embeddings.ofTokens(flat, "model.embed_tokens.weight");
        positions = new RotaryPositions(config, flat.parameters().tensor());
        attention = new Attention(config, flat);
        headWidth = config.headWidth();
        Family family = Family.of(config);
        for (int block = 0; block < config.layers(); block++) {
            blocks.add(Block.of(family.blockPrefix(block), config, flat));
        }
        finalNorm = Norm.rootMeanSquare("model.norm", flat, config.epsilon());
        String matrix = config.tiedHead() ? "model.embed_tokens.weight" : "lm_head.weight"; // (V, D)
        head = flat.has(matrix) ? OutputHead.of(flat, matrix) : null;
    }

    @Override
    public Embeddings embeddings() {
        return embeddings;
    }

    @Override
    public boolean hasStem(RandomStreams dropout) {
        return false;
    }

    @Override
    public Tensor stem(Tensor x, RandomStreams dropout) {
        return x;
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
        Tensor normed = block.norm2.apply(middle); // (B, T, D)
        Tensor hidden = torch.silu(block.gate.apply(normed)).mul(block.up.apply(normed)); // (B, T, M)
        return BlockOutput.of(middle.add(block.down.apply(hidden))); // (B, T, D)
    }

    private Tensor attend(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        Tensor queries = positions.turn(heads(block.query.apply(x)), pass.positions()); // (B, H, T, K)
        Tensor keys = positions.turn(heads(block.key.apply(x)), pass.positions()); // (B, G, T, K)
        Tensor values = heads(block.value.apply(x)); // (B, G, T, K)
        return block.project.apply(attention.apply(index, queries, keys, values, pass)); // (B, T, D)
    }

    private Tensor heads(Tensor x) {
        return x.view(x.size(0), x.size(1), -1, headWidth).transpose(1, 2); // (B, H or G, T, K)
    }

    @Override
    public Tensor crown(Tensor rows) {
        return finalNorm.apply(rows); // (N, D)
    }

    @Override
    public Tensor states(Tensor rows) {
        return finalNorm.apply(rows); // (N, D)
    }

    @Override
    public OutputHead head() {
        return head;
    }

    /** The parameters of one block. */
    private record Block(
            Norm norm1,
            Linear query,
            Linear key,
            Linear value,
            Linear project,
            Norm norm2,
            Linear gate,
            Linear up,
            Linear down) {

        static Block of(String prefix, ModelConfig config, FlatTensors flat) {
            return new Block(
                    Norm.rootMeanSquare(prefix + "input_layernorm", flat, config.epsilon()),
                    Linear.outputFirst(prefix + "self_attn.q_proj", flat), // (D, D)
                    Linear.outputFirst(prefix + "self_attn.k_proj", flat), // (G K, D)
                    Linear.outputFirst(prefix + "self_attn.v_proj", flat), // (G K, D)
                    Linear.outputFirst(prefix + "self_attn.o_proj", flat), // (D, D)
                    Norm.rootMeanSquare(prefix + "post_attention_layernorm", flat, config.epsilon()),
                    Linear.outputFirst(prefix + "mlp.gate_proj", flat), // (M, D)
                    Linear.outputFirst(prefix + "mlp.up_proj", flat), // (M, D)
                    Linear.outputFirst(prefix + "mlp.down_proj", flat)); // (D, M)
        }
    }
}
