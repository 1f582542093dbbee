package org.weft.worker.engine;

import org.bytedeco.pytorch.Tensor;

/**
 * What the parts of one forward pass share.
 *
 * @param dropout {@link RandomStreams#NONE} outside of training
 * @param positions (B), where each sequence's one token stands; null where whole sequences are seen from their first
 *     token on
 * @param past keys and values of earlier tokens, kept and used by attention; null for none
 */
record Pass(RandomStreams dropout, Tensor positions, PastKeysAndValues past) {

    /** Whole sequences, with nothing before them. */
    static Pass whole(RandomStreams dropout) {
        return new Pass(dropout, null, null);
    }
}
