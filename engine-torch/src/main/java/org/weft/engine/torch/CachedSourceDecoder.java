package org.weft.engine.torch;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.WeftException;
import org.weft.core.model.ModelShape;
import org.weft.core.model.T5Family;
import org.weft.engine.Decoder;

/**
 * Texts that are written, each beside one that was read: beginning a row reads its text, whose keys and values in the decoder's
 * blocks are computed once; those of what is written are kept as it grows. A row's length is that of what is written,
 * with the token that begins it.
 */
final class CachedSourceDecoder implements Decoder {
    private final T5 model;
    private final Device device;
    private final ModelShape shape;
    private final KeyValueCache written;
    private final KeyValueCache read;
    private final Runnable ownerCheck;

    /**
     * @param like says on which device and in which type keys and values are kept
     * @param ownerCheck throws on a thread that is not the replica's, and when the replica is closed
     */
    CachedSourceDecoder(T5 model, ModelShape shape, int rows, Tensor like, Device device, Runnable ownerCheck) {
        this.model = model;
        this.device = device;
        this.shape = shape;
        this.ownerCheck = ownerCheck;
        int blocks = model.blocks() - model.encoderBlocks();
        this.written = new KeyValueCache(shape.config(), blocks, rows, like);
        this.read = new KeyValueCache(shape.config(), blocks, rows, like);
    }

    @Override
    public int rows() {
        return written.rows();
    }

    @Override
    public int length(int row) {
        return written.length(row);
    }

    /** @param source what is read; what follows is what is written first */
    @Override
    public float[] begin(int row, int[] source) {
        ownerCheck.run();
        requireFits(row, source.length);
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            read.reserve(source.length);
            TokenTensors tokens = TokenTensors.prompt(source, shape.vocabSize(), device);
            Tensor x = model.embeddings().lookUp(tokens, null); // (1, S, D)
            for (int block = 0; block < model.encoderBlocks(); block++) {
                x = model.encode(block, x, null, RandomStreams.NONE); // (1, S, D)
            }
            Tensor encoded = model.encoded(x, RandomStreams.NONE); // (1, S, D)
            PastKeysAndValues kept = read.beginning(row);
            for (int block = model.encoderBlocks(); block < model.blocks(); block++) {
                model.keepSource(block, encoded, kept);
            }
            read.setLength(row, source.length);
            written.setLength(row, 0);
            return following(new int[] {row}, new int[] {T5Family.DECODER_START})[0];
        }
    }

    @Override
    public float[][] append(int[] rows, int[] tokens) {
        ownerCheck.run();
        for (int row : rows) {
            if (length(row) == 0) {
                throw new IllegalArgumentException("row " + row + " has not begun");
            }
            requireFits(row, length(row) + 1);
        }
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            return following(rows, tokens);
        }
    }

    private float[][] following(int[] rows, int[] tokens) {
        long[] places = IntStream.of(rows).mapToLong(written::length).toArray(); // (B)
        written.reserve(1 + (int) Arrays.stream(places).max().orElse(0));
        Tensor at = Tensor.create(places).to(device, ScalarType.Long); // (B)
        PastKeysAndValues own = written.next(rows);
        PastKeysAndValues source = read.held(rows);
        Tensor x = model.embeddings().lookUp(TokenTensors.singles(tokens, shape.vocabSize(), device), null);
        for (int block = model.encoderBlocks(); block < model.blocks(); block++) {
            x = model.follow(block, x, at, own, source); // (B, 1, D)
        }
        for (int row : rows) {
            written.setLength(row, written.length(row) + 1);
        }
        Tensor crowned = model.crown(x.reshape(-1, x.size(2))); // (B, D)
        return Logits.toHost(model.head().logitsOf(crowned)); // (B, V)
    }

    @Override
    public void reorder(int[] sources) {
        ownerCheck.run();
        written.reorder(sources);
        read.reorder(sources);
    }

    private void requireFits(int row, int length) {
        if (length < 1 || length > written.limit()) {
            throw WeftException.invalidData(
                    "row " + row + " of " + length + " tokens does not fit model.context=" + written.limit(),
                    "give a shorter text, or ask for fewer tokens");
        }
    }

    @Override
    public void close() {
        written.close();
        read.close();
    }
}
