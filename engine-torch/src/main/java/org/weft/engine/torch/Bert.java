package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.EncoderFamily;
import org.weft.core.model.EncoderNames;
import org.weft.core.model.Family;

/**
 * BERT (Devlin et al. 2019) and its relatives in reading order: learned positions and segments, LayerNorm on the embeddings
 * and after each half of a block, attention to both sides, exact GELU; the masked-language head is a small perceptron before
 * the token embedding, and next-sentence prediction looks at the first token. What differs is what {@link EncoderFamily}
 * answers. Linear layers are x Wᵀ + b with W of (out, in).
 *
 * <p>Dropout stands where the family has it: on the normed embeddings, on the attention probabilities and on what each half
 * of a block adds.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within the perceptron, H heads, K = D/H.
 */
final class Bert implements Transformer {
    private final int headWidth;
    private final EncoderFamily family;
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
        family = (EncoderFamily) Family.of(config);
        EncoderNames names = family.names();
        headWidth = config.headWidth();
        embeddings = Embeddings.ofEncoder(flat, family);
        embeddingNorm = Norm.layer(family.embeddings() + "LayerNorm", flat, config.epsilon());
        attention = new Attention(config, flat);
        for (int block = 0; block < config.layers(); block++) {
            blocks.add(Block.of(family.blockPrefix(config, block), names, config, flat));
        }
        boolean language = flat.has(names.vocabularyBias());
        transform = language ? Linear.outputFirst(names.transform(), flat) : null;
        transformNorm = language ? Norm.layer(names.transformNorm(), flat, config.epsilon()) : null;
        head = language
                ? OutputHead.biased(flat, family.embeddings() + "word_embeddings.weight", names.vocabularyBias())
                : null;
        pooler = flat.has(family.pooler() + ".weight") ? Linear.outputFirst(family.pooler(), flat) : null;
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
        if (family.dropsAttended()) {
            attended = dropout.drop(attended, RandomStreams.attentionOutput(index)); // (B, T, D)
        }
        Tensor middle = block.norm1.apply(x.add(attended)); // (B, T, D)
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
        return relation.apply(pooled(first, RandomStreams.NONE)).to(first.scalar_type()); // (B, 2)
    }

    @Override
    public Tensor pooled(Tensor first, RandomStreams dropout) {
        Tensor kept = family.dropsPooled() ? dropout.drop(first, RandomStreams.POOLER) : first; // (B, D)
        Tensor mixed = pooler.apply(kept); // (B, D)
        return family.rectifiedPooler() ? mixed.relu() : mixed.tanh();
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

        static Block of(String prefix, EncoderNames names, ModelConfig config, FlatTensors flat) {
            return new Block(
                    Linear.outputFirst(prefix + names.query(), flat), // (D, D)
                    Linear.outputFirst(prefix + names.key(), flat), // (D, D)
                    Linear.outputFirst(prefix + names.value(), flat), // (D, D)
                    Linear.outputFirst(prefix + names.project(), flat), // (D, D)
                    Norm.layer(prefix + names.attentionNorm(), flat, config.epsilon()),
                    Linear.outputFirst(prefix + names.expand(), flat), // (M, D)
                    Linear.outputFirst(prefix + names.contract(), flat), // (D, M)
                    Norm.layer(prefix + names.perceptronNorm(), flat, config.epsilon()));
        }
    }
}
