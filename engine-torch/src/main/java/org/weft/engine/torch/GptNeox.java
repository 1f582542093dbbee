package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.RotaryFrequencies;

/**
 * GPT-NeoX (Black et al. 2022) in reading order: LayerNorm, fused queries, keys and values, rotary positions of part of a
 * head, GELU, exact or by tanh; both halves of a block read its input and are added to it, or one after the other; and an output head of
 * its own or the token embedding again. Linear layers are x Wᵀ + b with W of (out, in). It has no dropout.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron, H heads, K = D/H.
 */
final class GptNeox implements Transformer {
    private final int heads;
    private final boolean parallel;
    private final ModelConfig config;
    private final Embeddings embeddings;
    private final RotaryPositions positions;
    private final Attention attention;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm finalNorm;
    private final OutputHead head; // or null

    GptNeox(ModelConfig config, FlatTensors flat) {
        this.config = config;
        heads = config.heads();
        parallel = !config.sequentialResidual();
        embeddings = Embeddings.ofTokens(flat, "gpt_neox.embed_in.weight");
        positions = RotaryPositions.of(config, flat.parameters().tensor());
        attention = new Attention(config, flat);
        Family family = Family.of(config);
        for (int block = 0; block < config.layers(); block++) {
            blocks.add(Block.of(family.blockPrefix(config, block), config, flat));
        }
        finalNorm = Norm.layer("gpt_neox.final_layer_norm", flat, config.epsilon());
        String matrix = config.tiedHead() ? "gpt_neox.embed_in.weight" : "embed_out.weight"; // (V, D)
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
    public boolean turnsAnew(int tokens) {
        return RotaryFrequencies.turnsAnew(config, tokens);
    }

    @Override
    public boolean isScaledAnew(int tokens) {
        return RotaryFrequencies.isScaledAnew(config, tokens);
    }

    @Override
    public int blocks() {
        return blocks.size();
    }

    @Override
    public BlockOutput block(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        Tensor middle = x.add(attend(index, block.norm1.apply(x), pass)); // (B, T, D)
        Tensor normed = block.norm2.apply(parallel ? x : middle); // (B, T, D)
        Tensor hidden = torch.gelu(block.expand.apply(normed), config.tanhGelu() ? "tanh" : "none"); // (B, T, M)
        return BlockOutput.of(middle.add(block.contract.apply(hidden))); // (B, T, D)
    }

    private Tensor attend(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        TensorVector qkv = block.qkv
                .apply(x) // (B, T, 3D)
                .view(x.size(0), x.size(1), heads, 3, x.size(2) / heads) // (B, T, H, 3, K)
                .permute(3, 0, 2, 1, 4) // (3, B, H, T, K)
                .unbind(0); // 3 of (B, H, T, K)
        Tensor queries = positions.turn(qkv.get(0), pass); // (B, H, T, K)
        Tensor keys = positions.turn(qkv.get(1), pass); // (B, H, T, K)
        return block.project.apply(attention.apply(index, queries, keys, qkv.get(2), pass)); // (B, T, D)
    }

    @Override
    public Tensor crown(Tensor rows) {
        return finalNorm.apply(rows); // (N, D)
    }

    @Override
    public OutputHead head() {
        return head;
    }

    /** The parameters of one block. */
    private record Block(Norm norm1, Linear qkv, Linear project, Norm norm2, Linear expand, Linear contract) {

        static Block of(String prefix, ModelConfig config, FlatTensors flat) {
            return new Block(
                    Norm.layer(prefix + "input_layernorm", flat, config.epsilon()),
                    Linear.outputFirst(prefix + "attention.query_key_value", flat), // (3D, D)
                    Linear.outputFirst(prefix + "attention.dense", flat), // (D, D)
                    Norm.layer(prefix + "post_attention_layernorm", flat, config.epsilon()),
                    Linear.outputFirst(prefix + "mlp.dense_h_to_4h", flat), // (M, D)
                    Linear.outputFirst(prefix + "mlp.dense_4h_to_h", flat)); // (D, M)
        }
    }
}
