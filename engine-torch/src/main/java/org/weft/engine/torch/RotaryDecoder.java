package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.MixtralFamily;
import org.weft.core.model.RotaryFamily;
import org.weft.core.model.RotaryFrequencies;

/**
 * Llama (Touvron et al. 2023) and its relatives in reading order: RMSNorm before each half of a block, after it or both,
 * {@link RotaryAttention}, a gated perceptron, each added to the stream, and an output head of its own or the token
 * embedding again. What differs is what {@link RotaryFamily} answers. Linear layers are x Wᵀ with W of (out, in). There is
 * no dropout.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron.
 */
final class RotaryDecoder implements Transformer {
    private final ModelConfig config;
    private final Embeddings embeddings;
    private final Scalar embeddingScale; // or null
    private final List<Block> blocks = new ArrayList<>();
    private final Norm finalNorm;
    private final OutputHead head; // or null

    RotaryDecoder(ModelConfig config, FlatTensors flat) {
        this.config = config;
        RotaryFamily family = (RotaryFamily) Family.of(config);
        embeddings = Embeddings.ofTokens(flat, "model.embed_tokens.weight");
        embeddingScale = family.scaledEmbeddings() ? new Scalar(Math.sqrt(config.width())) : null;
        Parts parts = new Parts(config, family, flat);
        RotaryPositions positions = RotaryPositions.of(config, flat.parameters().tensor());
        RotaryPositions ofWindows = family.windowTheta(config) > 0
                ? RotaryPositions.ofWindows(config, flat.parameters().tensor())
                : positions;
        Map<Integer, Attention> attentions = new HashMap<>(); // by window
        for (int block = 0; block < config.layers(); block++) {
            RotaryPositions own = family.window(config, block) > 0 ? ofWindows : positions;
            Attention attention = attentions.computeIfAbsent(
                    family.window(config, block), window -> new Attention(config, flat, window));
            blocks.add(parts.block(block, attention, family.turns(config, block) ? own : null));
        }
        finalNorm = parts.norm("model.", "norm");
        String matrix = config.tiedHead() ? "model.embed_tokens.weight" : "lm_head.weight"; // (V, D)
        head = flat.has(matrix) ? OutputHead.capped(flat, matrix, family.logitSoftcap(config)) : null;
    }

    @Override
    public Embeddings embeddings() {
        return embeddings;
    }

    @Override
    public boolean hasStem(RandomStreams dropout) {
        return embeddingScale != null;
    }

    @Override
    public Tensor stem(Tensor x, RandomStreams dropout) {
        return embeddingScale == null ? x : x.mul(embeddingScale); // (B, T, D)
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

    /** Attention, then the perceptron, each added to the stream. */
    @Override
    public BlockOutput block(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        Tensor attended = block.attention.apply(block.beforeAttention.apply(x), pass); // (B, T, D)
        Tensor middle = x.add(block.afterAttention.apply(attended)); // (B, T, D)
        BlockOutput added = block.perceptron.apply(block.beforePerceptron.apply(middle)); // (B, T, D)
        Tensor after = middle.add(block.afterPerceptron.apply(added.states())); // (B, T, D)
        return new BlockOutput(after, added.auxiliaryLoss(), added.expertLoads());
    }

    @Override
    public Tensor crown(Tensor rows) {
        return finalNorm.apply(rows); // (N, D)
    }

    @Override
    public OutputHead head() {
        return head;
    }

    /** The parameters of one block; norms that a family does not have give what they take. */
    private record Block(
            Norm beforeAttention,
            RotaryAttention attention,
            Norm afterAttention,
            Norm beforePerceptron,
            Perceptron perceptron,
            Norm afterPerceptron) {}

    /** Finds a block's parameters. */
    private record Parts(ModelConfig config, RotaryFamily family, FlatTensors flat) {

        Block block(int index, Attention attention, RotaryPositions positions) {
            String prefix = family.blockPrefix(config, index);
            return new Block(
                    norm(prefix, family.blockNorms().beforeAttention()),
                    new RotaryAttention(index, config, flat, attention, positions),
                    norm(prefix, family.blockNorms().afterAttention()),
                    norm(prefix, family.blockNorms().beforePerceptron()),
                    perceptron(prefix),
                    norm(prefix, family.blockNorms().afterPerceptron()));
        }

        private Perceptron perceptron(String prefix) {
            return family instanceof MixtralFamily mixtral
                    ? new Experts(prefix + "block_sparse_moe.", config, mixtral, flat)
                    : GatedPerceptron.of(prefix + "mlp.", family, flat);
        }

        Norm norm(String prefix, String name) {
            return name.isEmpty()
                    ? x -> x
                    : Norm.rootMeanSquare(prefix + name, flat, config.epsilon(), family.offsetNorms());
        }
    }
}
