package org.weft.engine.sampling;

/** Which tokens one text may go on with, such as those that keep it JSON. It follows the text; one thread's. */
public interface TokenConstraint {

    /**
     * Takes every chance from tokens that may not follow.
     *
     * @param logits (V), of those tokens set to minus infinity
     */
    void restrict(float[] logits);

    /** The text goes on with a token, one of those that may follow. */
    void take(int token);

    /** Whether the text is whole: nothing may follow any more. */
    boolean whole();
}
