package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.weft.engine.SequenceLosses;

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
     * @param sequences of which sequence the nats are: (B) on the device, in float64; null where nobody asks
     */
    record Result(Tensor sum, Tensor gradient, Tensor sequences) {
        /** Says what each sequence cost, where that was asked for. */
        void tell(SequenceLosses losses) {
            if (sequences != null) {
                double[] nats = PreferenceTail.toHost(sequences); // (B)
                for (int sequence = 0; sequence < nats.length; sequence++) {
                    losses.lost(sequence, nats[sequence]);
                }
            }
        }
    }

    /**
     * Adds the gradients of the tail's own parameters; what it gives is in {@code scope}. Called without recording.
     *
     * @param x (B, T, D)
     * @param apart whether it is asked what each sequence cost, which changes no bit of the rest
     */
    Result lossAndGradient(
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, boolean apart, PointerScope scope);

    /** The sum of losses alone, without dropout. (1), in float64 */
    Tensor loss(Tensor x, BatchTensors batch);
}
