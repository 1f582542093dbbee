package org.weft.engine.torch;

import java.util.Map;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.config.ModelConfig;

/**
 * A model family's forward pass, cut where backward is cut: embeddings that are looked up, a stem, equal blocks, and a
 * crown before the output head. Native objects belong to the scope in which it was made: the replica's.
 *
 * <p>B sequences, T tokens, N rows, D width.
 */
interface Transformer {

    /** The forward pass of each family, by its name. */
    Map<String, BiFunction<ModelConfig, FlatTensors, Transformer>> FAMILIES = Map.ofEntries(
            Map.entry("gpt2", Gpt2::new),
            Map.entry("bert", Bert::new),
            Map.entry("roberta", Bert::new),
            Map.entry("xlm-roberta", Bert::new),
            Map.entry("distilbert", Bert::new),
            Map.entry("modernbert", ModernBert::new),
            Map.entry("llama", RotaryDecoder::new),
            Map.entry("mistral", RotaryDecoder::new),
            Map.entry("mixtral", RotaryDecoder::new),
            Map.entry("qwen2", RotaryDecoder::new),
            Map.entry("qwen3", RotaryDecoder::new),
            Map.entry("smollm3", RotaryDecoder::new),
            Map.entry("olmo2", RotaryDecoder::new),
            Map.entry("gemma2", RotaryDecoder::new),
            Map.entry("gemma3_text", RotaryDecoder::new),
            Map.entry("phi3", RotaryDecoder::new),
            Map.entry("gpt_neox", GptNeox::new),
            Map.entry("t5", T5::new));

    static Transformer of(ModelConfig config, FlatTensors flat) {
        BiFunction<ModelConfig, FlatTensors, Transformer> family = FAMILIES.get(config.architecture());
        if (family == null) {
            throw new IllegalArgumentException("model.architecture=" + config.architecture());
        }
        return family.apply(config, flat);
    }

    Embeddings embeddings();

    /** Whether anything stands between the embeddings and the first block. */
    boolean hasStem(RandomStreams dropout);

    /** What is done to the embeddings before the first block. (B, T, D) to (B, T, D) */
    Tensor stem(Tensor x, RandomStreams dropout);

    /** Whether a text that has grown to so many tokens is turned otherwise than its keys were that are kept. */
    default boolean turnsAnew(int tokens) {
        return false;
    }

    /** Whether a text of so many tokens is turned otherwise than shorter ones. */
    default boolean isScaledAnew(int tokens) {
        return false;
    }

    /** Number of blocks. */
    int blocks();

    /** One Transformer block. */
    BlockOutput block(int index, Tensor x, Pass pass);

    /**
     * What a block gives.
     *
     * @param states (B, T, D)
     * @param auxiliaryLoss what the block adds to the sum of the tokens' losses while training, such as the balance of
     *     experts (1); null for nothing
     * @param expertLoads how many tokens chose each of the block's experts (E); null where it has none
     */
    record BlockOutput(Tensor states, Tensor auxiliaryLoss, long[] expertLoads) {

        /** Of a block that adds nothing to the loss. */
        static BlockOutput of(Tensor states) {
            return new BlockOutput(states, null, null);
        }
    }

    /** What the output head takes, row by row; not for a model that was adapted to another task. (N, D) to (N, D) */
    Tensor crown(Tensor rows);

    /** The same while training. */
    default Tensor crown(Tensor rows, RandomStreams dropout) {
        return crown(rows);
    }

    /** What predicts tokens; null in a model that was adapted to another task. */
    OutputHead head();

    /** What a task's head takes, row by row: hidden states after the family's last norm. (N, D) to (N, D) */
    default Tensor states(Tensor rows) {
        return crown(rows);
    }

    /** What a task's linear layer takes of {@link #states}, or of a mean of them. (N, D) to (N, D) */
    default Tensor judged(Tensor states) {
        return states;
    }

    /**
     * What stands for a whole sequence, out of its first token. (B, D) to (B, D)
     *
     * @param dropout of the task's head
     */
    default Tensor pooled(Tensor first, RandomStreams dropout) {
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
