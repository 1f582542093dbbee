package org.weft.engine;

/** Told what a model says at each token of a text while it reads it, in their order; on the replica's thread. */
@FunctionalInterface
public interface PromptLogits {

    /**
     * What the model takes to follow a token.
     *
     * @param position of the token, from 0
     * @param logits (V)
     */
    void at(int position, float[] logits);
}
