package org.weft.serve;

import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.TokenScore;

/** Who waits for one text. Called on the model's thread, which waits meanwhile: nothing here may block. */
interface TextListener {
    /** What the model thought of the next token, where that was asked for: of the prompt's first, then of those it chose. */
    void scored(TokenScore score);

    /** The next piece: whole characters, no part of a stop string. */
    void piece(String text);

    /**
     * The text is whole.
     *
     * @param tokens that the model chose for it, one that ended it included
     */
    void ended(int tokens, FinishReason reason);

    /** There will be no more of it. */
    void failed(ApiException failure);
}
