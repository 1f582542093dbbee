package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;

/**
 * What the parts of one forward pass share.
 *
 * @param dropout {@link RandomStreams#NONE} outside of training
 * @param positions (B), where each sequence's one token stands; null where whole sequences are seen from their first
 *     token on
 * @param mask (B, 1, 1, T), true at the tokens that may be looked at; null where those are all
 * @param past keys and values of earlier tokens, kept and used by attention; null for none
 */
record Pass(RandomStreams dropout, Tensor positions, Tensor mask, PastKeysAndValues past) {

    /** Whole sequences, with nothing before them. */
    static Pass whole(RandomStreams dropout, Tensor mask) {
        return new Pass(dropout, null, mask, null);
    }

    /** Tokens that follow others. */
    static Pass following(Tensor positions, PastKeysAndValues past) {
        return new Pass(RandomStreams.NONE, positions, null, past);
    }
}
