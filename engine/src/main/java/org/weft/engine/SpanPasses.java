package org.weft.engine;

import java.util.List;
import org.weft.core.batches.MicroBatch;

/**
 * Forward and backward of all lanes of a worker at once, block by block: every micro-batch passes a block before the next one is
 * needed. What a replica has that holds but a block or two: a window on its parameters or gradients is of what
 * {@link ParameterPages} was told is needed, and a pass needs embeddings to its end. Owned by the replica's thread.
 *
 * @param <B> what it computes with
 */
public interface SpanPasses<B extends MicroBatch> {

    /**
     * A micro-batch of a lane.
     *
     * @param key seeds dropout
     * @param losses told of every sequence
     */
    record Part<B extends MicroBatch>(B batch, MicroBatchKey key, SequenceLosses losses) {}

    /**
     * What a lane's passes tell.
     *
     * @param loss the sum of the targets' losses, in nats, divided by the normalizer
     * @param figures as {@link Replica#figures}
     */
    record Lane(double loss, List<Figure> figures) {}

    /** Told, on the training thread, that a range of a lane's gradient is final. */
    @FunctionalInterface
    interface Listener {
        /**
         * Ranges arrive from the end of the vector to its beginning, each of all lanes in their order before the next one's.
         *
         * @param lane index among the lanes
         * @param offset of the range, whose windows have this lane's gradient until this returns
         * @param length elements of the range
         */
        void rangeReady(int lane, long offset, long length);
    }

    /**
     * The gradient of (sum of the targets' losses) / normalizer, lane by lane; the same bits as a lane's micro-batches give one after
     * the other.
     *
     * @param lanes the micro-batches of each, in order
     * @param normalizer things to predict in the whole global batch
     * @return what each lane tells
     */
    List<Lane> accumulate(List<List<Part<B>>> lanes, double normalizer, Listener listener);
}
