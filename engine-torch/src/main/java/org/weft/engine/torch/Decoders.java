package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.WeftException;
import org.weft.core.model.ModelShape;
import org.weft.engine.Decoder;

/** What generates texts with a replica's model. */
final class Decoders {
    private Decoders() {}

    /**
     * What there is room for.
     *
     * @param rows texts side by side
     * @param keptBytes of keys and values of how texts began
     */
    record Room(int rows, long keptBytes) {}

    /**
     * Texts side by side.
     *
     * @param owned throws where the replica is not the calling thread's
     */
    static Decoder of(
            Transformer model, ModelShape shape, FlatTensors flat, ComputeDevice device, Room room, Runnable owned) {
        if (!shape.config().causal()) {
            throw WeftException.usage(
                    "model.architecture=" + shape.config().architecture() + " does not generate text",
                    "it fills masked tokens: use fill");
        }
        if (flat.paged()) {
            throw new IllegalStateException("a replica that holds one block at a time generates no text");
        }
        flat.refreshFactors(0, flat.layout().size());
        Tensor like = flat.parameters().tensor();
        if (model instanceof T5 t5) {
            return new CachedSourceDecoder(t5, shape, room.rows(), like, device.torchDevice(), owned);
        }
        KeyValueCache cache = new KeyValueCache(shape.config(), room.rows(), like);
        PrefixCache prefixes = new PrefixCache(room.keptBytes());
        return new CachedDecoder(model, device.torchDevice(), shape.vocabSize(), cache, prefixes, owned);
    }

    /** Logits of the token that follows what is written beside a text that is read. (V) */
    static float[] answerLogits(
            BlockwiseBackward backward, AlignedBatch aligned, ModelShape shape, ComputeDevice device) {
        shape.requireFits(aligned.batch().context());
        try (PointerScope scope = new PointerScope()) {
            TokenTensors tokens = TokenTensors.of(aligned, shape.vocabSize(), device.torchDevice());
            int[] last = {aligned.batch().context() - 1};
            return Logits.toHost(backward.logits(tokens, last, scope))[0]; // (V)
        }
    }
}
