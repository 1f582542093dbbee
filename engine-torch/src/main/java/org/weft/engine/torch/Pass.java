package org.weft.engine.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.config.ModelConfig;

/**
 * What the parts of one forward pass share.
 *
 * @param dropout {@link RandomStreams#NONE} outside of training
 * @param positions (B), where each sequence's one token stands, or (B, T) of several documents; null where whole sequences are
 *     seen from their first token on
 * @param mask (B, 1, 1, T), or (B, 1, T, T) for each token its own, true at the tokens that may be looked at; null where those
 *     are all
 * @param documents that are attended to one by one; null where sequences are attended to as they are
 * @param past keys and values of earlier tokens, kept and used by attention; null for none
 * @param longest tokens of the longest text, those of the past included; 0 where sequences are whole
 * @param sides where a text is read beside one that is written
 * @param heard who is given what tokens look at; null for nobody
 */
record Pass(
        RandomStreams dropout,
        Tensor positions,
        Tensor mask,
        SeparateDocuments documents,
        PastKeysAndValues past,
        int longest,
        Optional<Sides> sides,
        HeardAttention heard) {

    /** The same, of which somebody is told what tokens look at. */
    Pass heard(HeardAttention listener) {
        return new Pass(dropout, positions, mask, documents, past, longest, sides, listener);
    }

    /** Who looks ahead must not look at what sequences are filled up with, which among documents is one of its own. */
    static Pass over(TokenTensors tokens, RandomStreams dropout, ModelConfig config) {
        if (tokens.sides().isPresent()) {
            return beside(dropout, tokens.sides().get());
        }
        if (tokens.documents().isPresent()) {
            return apart(dropout, tokens.documents().get(), config.causal(), config.width());
        }
        Tensor mask = config.causal()
                ? null
                : tokens.padding().map(TokenTensors.Padding::mask).orElse(null); // (B, 1, 1, T)
        return whole(dropout, mask);
    }

    /** Whole sequences, with nothing before them. */
    static Pass whole(RandomStreams dropout, Tensor mask) {
        return new Pass(dropout, null, mask, null, null, 0, Optional.empty(), null);
    }

    /**
     * Sequences of documents that have nothing to do with each other. With dropout scores are explicit, and have a mask.
     *
     * @param width D
     */
    static Pass apart(RandomStreams dropout, SeparateDocuments documents, boolean causal, long width) {
        boolean alone = !dropout.active() && documents.cheaperAlone(width);
        return new Pass(
                dropout,
                documents.positions(),
                alone ? null : documents.mask(causal),
                alone ? documents : null,
                null,
                0,
                Optional.empty(),
                null);
    }

    /** Texts that are read beside texts that are written. */
    static Pass beside(RandomStreams dropout, Sides sides) {
        return new Pass(dropout, null, null, null, null, 0, Optional.of(sides), null);
    }

    /** Tokens that follow others. */
    static Pass following(Tensor positions, PastKeysAndValues past, int longest) {
        return new Pass(RandomStreams.NONE, positions, null, null, past, longest, Optional.empty(), null);
    }
}
