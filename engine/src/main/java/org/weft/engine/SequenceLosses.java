package org.weft.engine;

/** Told, on the training thread, what each sequence of a micro-batch cost: once each, in their order, after the pass. */
@FunctionalInterface
public interface SequenceLosses {
    SequenceLosses NONE = (sequence, nats) -> {};

    /**
     * @param sequence its place in the batch
     * @param nats the sum of its targets' losses
     */
    void lost(int sequence, double nats);
}
