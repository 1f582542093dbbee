package org.weft.engine.sampling;

/** Told out of which logits each token of a text came: what log-probabilities are made of. On the thread that generates. */
@FunctionalInterface
public interface LogitsListener {

    /**
     * A token of the text; the prompt's, but for its first, come before those that were chosen.
     *
     * @param logits (V) before penalties and temperature, as the model gave them, ids that spell nothing included; not to be
     *     kept nor changed
     */
    void token(int token, float[] logits);
}
