package org.weft.worker.engine;

import org.weft.worker.data.Batch;

/**
 * A language model's replica: the seam to the tensor library. No tensor type crosses it.
 */
public interface ModelReplica extends Replica<Batch> {

    /**
     * Logits at some tokens of one sequence, without dropout: of the token that follows each, or for a masked language
     * model of the token itself.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @param positions which of the tokens, from 0
     * @return (positions, V)
     */
    float[][] logits(int[] tokens, int... positions);

    /**
     * Logits of the token that follows.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @return (V)
     */
    default float[] nextTokenLogits(int[] tokens) {
        return logits(tokens, tokens.length - 1)[0];
    }

    /**
     * What the last block makes of each token of one sequence, without dropout: token embeddings in their context.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @return (T, D)
     */
    float[][] hiddenStates(int[] tokens);

    /** Generates texts side by side. The caller closes what comes back before the replica. */
    default Decoder decoder(int rows) {
        return new RecomputingDecoder(this, rows);
    }
}
