package org.weft.serve;

import org.weft.engine.sampling.FinishReason;

/** Who waits for one text. Called on the model's thread, which waits meanwhile: nothing here may block. */
interface TextListener {
    /** The next piece: whole characters, no part of a stop string. */
    void piece(String text);

    /**
     * The text is whole.
     *
     * @param tokens that the model chose for it
     */
    void ended(int tokens, FinishReason reason);

    /** There will be no more of it. */
    void failed(ApiException failure);
}
