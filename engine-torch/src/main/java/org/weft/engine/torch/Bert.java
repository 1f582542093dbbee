package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * BERT (Devlin et al. 2019) in reading order: learned positions and segments, LayerNorm on the embeddings and after each
 * half of a block, attention to both sides, exact GELU; the masked-language head is a small perceptron before the token
 * embedding, and next-sentence prediction looks at the first token. Linear layers are x Wᵀ + b with W of (out, in).
 *
 * <p>Dropout stands where BERT has it: on the normed embeddings, on the attention probabilities and on what each half of
 * a block adds.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron, H heads, K = D/H.
 */
final class Bert implements Transformer {
    private final int headWidth;
    private final Embeddings embeddings;
    private final Norm embeddingNorm;
    private final Attention attention;
    private final List<Block> blocks = new ArrayList<>();
    private final Linear transform; // (D, D), or null
    private final Norm transformNorm; // or null
    private final OutputHead head; // or null
    private final Linear pooler; // (D, D), or null
    private final Linear relation; // (2, D), or null

    Bert(ModelConfig config, FlatTensors flat) {
        String table = "bert.embeddings.";
        headWidth = config.headWidth();
        embeddings = Embeddings.withPositionsAndTypes(
                flat,
                table + "word_embeddings.weight",
                table + "position_embeddings.weight",
                table + "token_type_embeddings.weight");
        embeddingNorm = Norm.layer(table + "LayerNorm", flat, config.epsilon());
        attention = new Attention(config, flat);
        Family family = Family.of(config);
        for (int block = 0; block < config.layers(); block++) {
            blocks.add(Block.of(family.blockPrefix(config, block), config, flat));
        }
        boolean language = flat.has("cls.predictions.bias");
        transform = language ? Linear.outputFirst("cls.predictions.transform.dense", flat) : null;
        transformNorm = language ? Norm.layer("cls.predictions.transform.LayerNorm", flat, config.epsilon()) : null;
        head = language ? OutputHead.biased(flat, table + "word_embeddings.weight", "cls.predictions.bias") : null;
        pooler = flat.has("bert.pooler.dense.weight") ? Linear.outputFirst("bert.pooler.dense", flat) : null;
        relation = flat.has("cls.seq_relationship.weight") ? Linear.outputFirst("cls.seq_relationship", flat) : null;
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
        return dropout.drop(embeddingNorm.apply(x), RandomStreams.EMBEDDING); // (B, T, D)
    }

    @Override
    public int blocks() {
        return blocks.size();
    }

    /** Attention, then the perceptron, each added to what it was given and then normed. */
    @Override
    public BlockOutput block(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        RandomStreams dropout = pass.dropout();
        Tensor attended = attend(index, x, pass); // (B, T, D)
        Tensor middle =
                block.norm1.apply(x.add(dropout.drop(attended, RandomStreams.attentionOutput(index)))); // (B, T, D)
        Tensor hidden = torch.gelu(block.expand.apply(middle)); // (B, T, M)
        Tensor added = block.contract.apply(hidden); // (B, T, D)
        Tensor sum = middle.add(dropout.drop(added, RandomStreams.mlpOutput(index))); // (B, T, D)
        return BlockOutput.of(block.norm2.apply(sum)); // (B, T, D)
    }

    private Tensor attend(int index, Tensor x, Pass pass) {
        Block block = blocks.get(index);
        Tensor queries = heads(block.query.apply(x)); // (B, H, T, K)
        Tensor keys = heads(block.key.apply(x)); // (B, H, T, K)
        Tensor values = heads(block.value.apply(x)); // (B, H, T, K)
        return block.project.apply(attention.apply(index, queries, keys, values, pass)); // (B, T, D)
    }

    private Tensor heads(Tensor x) {
        return x.view(x.size(0), x.size(1), -1, headWidth).transpose(1, 2); // (B, H, T, K)
    }

    @Override
    public Tensor crown(Tensor rows) {
        Tensor hidden = torch.gelu(transform.apply(rows)); // (N, D)
        return transformNorm.apply(hidden.to(rows.scalar_type())); // (N, D)
    }

    @Override
    public Tensor states(Tensor rows) {
        return rows; // (N, D)
    }

    @Override
    public OutputHead head() {
        return head;
    }

    @Override
    public Tensor nextSentence(Tensor first) {
        if (relation == null) {
            return Transformer.super.nextSentence(first);
        }
        return relation.apply(pooled(first)).to(first.scalar_type()); // (B, 2)
    }

    @Override
    public Tensor pooled(Tensor first) {
        return pooler.apply(first).tanh(); // (B, D)
    }

    /** The parameters of one block. */
    private record Block(
            Linear query,
            Linear key,
            Linear value,
            Linear project,
            Norm norm1,
            Linear expand,
            Linear contract,
            Norm norm2) {

        static Block of(String prefix, ModelConfig config, FlatTensors flat) {
            return new Block(
                    Linear.outputFirst(prefix + "attention.self.query", flat), // (D, D)
                    Linear.outputFirst(prefix + "attention.self.key", flat), // (D, D)
                    Linear.outputFirst(prefix + "attention.self.value", flat), // (D, D)
                    Linear.outputFirst(prefix + "attention.output.dense", flat), // (D, D)
                    Norm.layer(prefix + "attention.output.LayerNorm", flat, config.epsilon()),
                    Linear.outputFirst(prefix + "intermediate.dense", flat), // (M, D)
                    Linear.outputFirst(prefix + "output.dense", flat), // (D, M)
                    Norm.layer(prefix + "output.LayerNorm", flat, config.epsilon()));
        }
    }
}
