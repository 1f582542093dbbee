package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * GPT-2 (Radford et al. 2019) in reading order: learned positions, pre-LayerNorm blocks, tanh GELU, fused qkv, and the
 * token embedding again as output head. Linear layers are x W + b with W of (in, out), as in GPT-2's own checkpoints.
 *
 * <p>Dropout stands where GPT-2 has it: on the embeddings, on the attention probabilities and on what each half of a
 * block adds to the residual stream.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron, H heads, K = D/H.
 */
final class Gpt2 implements Transformer {
    private final int heads;
    private final Embeddings embeddings;
    private final Attention attention;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm finalNorm;
    private final OutputHead head;

    Gpt2(ModelConfig config, FlatTensors flat) {
        heads = config.heads();
        embeddings = Embeddings.withPositions(flat, "wte.weight", "wpe.weight");
        attention = new Attention(config, flat);
        Family family = Family.of(config);
        for (int block = 0; block < config.layers(); block++) {
            blocks.add(Block.of(family.blockPrefix(config, block), config, flat));
        }
        finalNorm = Norm.layer("ln_f", flat, config.epsilon());
        head = OutputHead.of(flat, "wte.weight");
    }

    @Override
    public Embeddings embeddings() {
        return embeddings;
    }

    @Override
    public boolean hasStem(RandomStreams dropout) {
        return dropout.active();
    }

    @Override
    public Tensor stem(Tensor x, RandomStreams dropout) {
        return dropout.drop(x, RandomStreams.EMBEDDING); // (B, T, D)
    }

    @Override
    public int blocks() {
        return blocks.size();
    }

    /** Attention, then the perceptron, each added to the stream. */
    @Override
    public BlockOutput block(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        RandomStreams dropout = pass.dropout();
        Tensor attended = attend(index, block.norm1.apply(x), pass); // (B, T, D)
        Tensor middle = x.add(dropout.drop(attended, RandomStreams.attentionOutput(index))); // (B, T, D)
        Tensor hidden = torch.gelu(block.expand.apply(block.norm2.apply(middle)), "tanh"); // (B, T, M)
        Tensor added = block.contract.apply(hidden); // (B, T, D)
        return BlockOutput.of(middle.add(dropout.drop(added, RandomStreams.mlpOutput(index)))); // (B, T, D)
    }

    private Tensor attend(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        TensorVector qkv = block.qkv
                .apply(x) // (B, T, 3D)
                .view(x.size(0), x.size(1), 3, heads, x.size(2) / heads) // (B, T, 3, H, K)
                .permute(2, 0, 3, 1, 4) // (3, B, H, T, K)
                .unbind(0); // 3 of (B, H, T, K)
        return block.project.apply(attention.apply(index, qkv.get(0), qkv.get(1), qkv.get(2), pass)); // (B, T, D)
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
                    Norm.layer(prefix + "ln_1", flat, config.epsilon()),
                    Linear.inputFirst(prefix + "attn.c_attn", flat), // (D, 3D)
                    Linear.inputFirst(prefix + "attn.c_proj", flat), // (D, D)
                    Norm.layer(prefix + "ln_2", flat, config.epsilon()),
                    Linear.inputFirst(prefix + "mlp.c_fc", flat), // (D, M)
                    Linear.inputFirst(prefix + "mlp.c_proj", flat)); // (M, D)
        }
    }
}
