package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.weft.core.config.ModelConfig;

/**
 * A model family's forward pass, cut where backward is cut: embeddings that are looked up, a stem, equal blocks, and a
 * crown before the output head. Native objects belong to the scope in which it was made: the replica's.
 *
 * <p>B sequences, T tokens, N rows, D width.
 */
interface Transformer {

    static Transformer of(ModelConfig config, FlatTensors flat) {
        return switch (config.architecture()) {
            case ModelConfig.GPT2 -> new Gpt2(config, flat);
            case ModelConfig.LLAMA -> new Llama(config, flat);
            case ModelConfig.BERT -> new Bert(config, flat);
            default -> throw new IllegalArgumentException("model.architecture=" + config.architecture());
        };
    }

    Embeddings embeddings();

    /** Whether anything stands between the embeddings and the first block. */
    boolean hasStem(RandomStreams dropout);

    /** What is done to the embeddings before the first block. (B, T, D) to (B, T, D) */
    Tensor stem(Tensor x, RandomStreams dropout);

    /** Number of blocks. */
    int blocks();

    /** What the names of a block's parameters begin with. */
    String blockPrefix(int index);

    /** One Transformer block. (B, T, D) to (B, T, D) */
    Tensor block(int index, Tensor x, Pass pass);

    /** What the output head takes, row by row; not for a model that was adapted to another task. (N, D) to (N, D) */
    Tensor crown(Tensor rows);

    /** What predicts tokens; null in a model that was adapted to another task. */
    OutputHead head();

    /** What a task's head takes, row by row: hidden states after the family's last norm. (N, D) to (N, D) */
    Tensor states(Tensor rows);

    /** What stands for a whole sequence, out of its first token. (B, D) to (B, D) */
    default Tensor pooled(Tensor first) {
        throw new IllegalStateException("this model has no pooler");
    }

    /**
     * Whether a sequence's second segment follows its first: logits of (yes, no).
     *
     * @param first (B, D), each sequence's first token after the last block
     * @return (B, 2)
     */
    default Tensor nextSentence(Tensor first) {
        throw new IllegalStateException("this model has no next-sentence head");
    }
}
