package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.T5Family;

/**
 * T5 (Raffel et al. 2020) in reading order. The hidden states of both sides go through all blocks in one tensor ({@link
 * Sides}): the encoder's blocks change the first S tokens, the decoder's the last T, and hand on what the encoder made of the
 * first, normed once. So a decoder's block costs S D elements more in what is kept of it, and none of them sees another's gradient.
 *
 * <p>Dropout stands where T5 has it: on embeddings, probabilities, what each part of a block adds, within the perceptron, and on
 * what both stacks give.
 *
 * <p>B sequences, S tokens that are read, T that are written, N rows, D width, M width within the perceptron.
 */
final class T5 implements Transformer {
    private final int encoderBlocks;
    private final Embeddings embeddings;
    private final RelativePositions read;
    private final RelativePositions written;
    private final List<Block> blocks = new ArrayList<>();
    private final Norm encoderNorm;
    private final Norm lastNorm;
    private final Scalar headScale; // D^-0.5 where the head is the embedding; else null
    private final OutputHead head;

    T5(ModelConfig config, FlatTensors flat) {
        encoderBlocks = config.layers();
        embeddings = Embeddings.ofTokens(flat, T5Family.EMBEDDING);
        read = new RelativePositions(config, flat, T5Family.ENCODER_POSITIONS, false);
        written = new RelativePositions(config, flat, T5Family.DECODER_POSITIONS, true);
        T5Family family = new T5Family();
        for (int block = 0; block < config.blocks(); block++) {
            blocks.add(Block.of(family.blockPrefix(config, block), block < encoderBlocks, config, flat));
        }
        encoderNorm = Norm.rootMeanSquare(T5Family.ENCODER_NORM, flat, config.epsilon(), false);
        lastNorm = Norm.rootMeanSquare(T5Family.LAST_NORM, flat, config.epsilon(), false);
        headScale = config.tiedHead() ? new Scalar(Math.pow(config.width(), -0.5)) : null;
        head = OutputHead.of(flat, config.tiedHead() ? T5Family.EMBEDDING : T5Family.HEAD);
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
        return dropout.drop(x, RandomStreams.EMBEDDING); // (B, S + T, D)
    }

    @Override
    public int blocks() {
        return blocks.size();
    }

    int encoderBlocks() {
        return encoderBlocks;
    }

    @Override
    public BlockOutput block(int index, Tensor x, Pass pass) {
        Sides sides = pass.sides().orElseThrow();
        TensorVector both = sides.cut(x);
        Tensor source = both.get(0); // (B, S, D)
        Tensor target = both.get(1); // (B, T, D)
        if (index < encoderBlocks) {
            source = encode(index, source, sides.present(), pass.dropout());
        } else {
            source = index == encoderBlocks ? encoded(source, pass.dropout()) : source;
            target = decode(index, target, source, sides.present(), pass.dropout());
        }
        return BlockOutput.of(torch.cat(new TensorVector(source, target), 1)); // (B, S + T, D)
    }

    /**
     * A block of the encoder. (B, S, D) to (B, S, D)
     *
     * @param present (B, 1, 1, S), or null
     */
    Tensor encode(int index, Tensor x, Tensor present, RandomStreams dropout) {
        Block block = blocks.get(index);
        Tensor normed = block.self.norm().apply(x);
        PastKeysAndValues.Seen seen =
                new PastKeysAndValues.Seen(block.self.keys(normed), block.self.values(normed), present);
        Tensor bias = read.bias(x.size(1)); // (1, H, S, S)
        int site = RandomStreams.attention(2 * index);
        Tensor attended = block.self.mix(block.self.queries(normed), seen, bias, dropout, site);
        Tensor middle = x.add(dropout.drop(attended, RandomStreams.attentionOutput(2 * index)));
        return perceptron(index, middle, dropout);
    }

    /** What the decoder looks at. (B, S, D) to (B, S, D) */
    Tensor encoded(Tensor x, RandomStreams dropout) {
        return dropout.drop(encoderNorm.apply(x), RandomStreams.ENCODED);
    }

    /** A block of the decoder. (B, T, D) and (B, S, D) to (B, T, D) */
    private Tensor decode(int index, Tensor x, Tensor source, Tensor present, RandomStreams dropout) {
        Block block = blocks.get(index);
        Tensor normed = block.self.norm().apply(x);
        long tokens = x.size(1);
        Tensor past =
                torch.ones(new long[] {tokens, tokens}, x.options()).tril().to(ScalarType.Bool); // (T, T)
        PastKeysAndValues.Seen own =
                new PastKeysAndValues.Seen(block.self.keys(normed), block.self.values(normed), past);
        Tensor attended = block.self.mix(
                block.self.queries(normed),
                own,
                written.bias(tokens),
                dropout,
                RandomStreams.attention(2 * index)); // (B, T, D)
        Tensor middle = x.add(dropout.drop(attended, RandomStreams.attentionOutput(2 * index)));
        PastKeysAndValues.Seen other =
                new PastKeysAndValues.Seen(block.cross.keys(source), block.cross.values(source), present);
        return perceptron(index, crossed(index, middle, other, dropout), dropout);
    }

    private Tensor crossed(int index, Tensor x, PastKeysAndValues.Seen source, RandomStreams dropout) {
        T5Attention cross = blocks.get(index).cross;
        Tensor queries = cross.queries(cross.norm().apply(x)); // (B, H, T, K)
        Tensor attended = cross.mix(queries, source, null, dropout, RandomStreams.attention(2 * index + 1));
        return x.add(dropout.drop(attended, RandomStreams.attentionOutput(2 * index + 1)));
    }

    private Tensor perceptron(int index, Tensor x, RandomStreams dropout) {
        Block block = blocks.get(index);
        Tensor normed = block.perceptronNorm.apply(x);
        Tensor wide = block.gate.apply(normed); // (B, T, M)
        Tensor hidden =
                block.up == null ? torch.relu(wide) : torch.gelu(wide, "tanh").mul(block.up.apply(normed)); // (B, T, M)
        Tensor added = block.down.apply(dropout.drop(hidden, RandomStreams.mlpOutput(2 * index))); // (B, T, D)
        return x.add(dropout.drop(added, RandomStreams.mlpOutput(2 * index + 1)));
    }

    /**
     * One token of each of some texts through a block of the decoder, without dropout.
     *
     * @param x (B, 1, D)
     * @param at (B), where the tokens stand
     * @param own keys and values of the tokens before, which those of these are added to
     * @param source keys and values of what was read
     */
    Tensor follow(int index, Tensor x, Tensor at, PastKeysAndValues own, PastKeysAndValues source) {
        Block block = blocks.get(index);
        int place = index - encoderBlocks;
        Tensor normed = block.self.norm().apply(x);
        PastKeysAndValues.Seen seen =
                own.keep(place, 0, block.self.keys(normed), block.self.values(normed)); // (B, H, S', K)
        Tensor bias = written.bias(at, seen.keys().size(2)); // (B, H, 1, S')
        Tensor attended = block.self.mix(block.self.queries(normed), seen, bias, RandomStreams.NONE, 0);
        Tensor middle = crossed(index, x.add(attended), source.keep(place, 0, null, null), RandomStreams.NONE);
        return perceptron(index, middle, RandomStreams.NONE);
    }

    /** Keeps a block's keys and values of what was read, once for all tokens that are written. (1, S, D) */
    void keepSource(int index, Tensor source, PastKeysAndValues kept) {
        T5Attention cross = blocks.get(index).cross;
        kept.keep(index - encoderBlocks, 0, cross.keys(source), cross.values(source));
    }

    @Override
    public Tensor crown(Tensor rows) {
        return crown(rows, RandomStreams.NONE);
    }

    @Override
    public Tensor crown(Tensor rows, RandomStreams dropout) {
        Tensor normed = dropout.drop(lastNorm.apply(rows), RandomStreams.HEAD); // (N, D)
        return headScale == null ? normed : normed.mul(headScale);
    }

    @Override
    public OutputHead head() {
        return head;
    }

    /**
     * The parameters of one block.
     *
     * @param cross null in the encoder
     * @param up what the gate multiplies; null where there is none
     */
    private record Block(
            T5Attention self, T5Attention cross, Norm perceptronNorm, Linear gate, Linear up, Linear down) {

        static Block of(String prefix, boolean encodes, ModelConfig config, FlatTensors flat) {
            double epsilon = config.epsilon();
            int headWidth = config.headWidth();
            String last = prefix + (encodes ? "layer.1." : "layer.2.");
            List<String> widening = T5Family.widening(config);
            String dense = last + "DenseReluDense.";
            return new Block(
                    T5Attention.of(prefix + "layer.0.", "SelfAttention", headWidth, epsilon, flat),
                    encodes ? null : T5Attention.of(prefix + "layer.1.", "EncDecAttention", headWidth, epsilon, flat),
                    Norm.rootMeanSquare(last + "layer_norm", flat, epsilon, false),
                    Linear.outputFirst(dense + widening.get(0), flat), // (M, D)
                    widening.size() == 1 ? null : Linear.outputFirst(dense + widening.get(1), flat), // (M, D)
                    Linear.outputFirst(dense + "wo", flat)); // (D, M)
        }
    }
}
