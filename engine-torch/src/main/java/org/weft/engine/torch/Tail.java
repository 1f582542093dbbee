package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What comes after the blocks: from hidden states to losses, and to what is predicted.
 *
 * <p>B sequences, T tokens, D width.
 */
interface Tail {
    /**
     * A loss and the way back.
     *
     * @param sum of the targets' losses in nats: (1) on the device, in float64
     * @param gradient of sum / normalizer by the hidden states, (B, T, D)
     */
    record Result(Tensor sum, Tensor gradient) {}

    /**
     * Adds the gradients of the tail's own parameters; what it gives is in {@code scope}. Called without recording.
     *
     * @param x (B, T, D)
     */
    Result lossAndGradient(Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, PointerScope scope);

    /** The sum of losses alone, without dropout. (1), in float64 */
    Tensor loss(Tensor x, BatchTensors batch);
}
