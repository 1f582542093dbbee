package org.weft.engine;

import java.nio.ByteBuffer;
import java.util.List;
import org.weft.core.batches.MicroBatch;
import org.weft.core.params.ParameterLayout;

/**
 * One copy of what is trained: its parameters and gradients as two flat float32 vectors of P elements, and the
 * computation between them. All that the step loop asks of a tensor library. Owned by one thread: the one that opened it.
 *
 * <p>Windows are direct little-endian buffers of {@code 4 * length} bytes on host memory. On a CPU they are the
 * vectors themselves; on another device they are staging memory, which {@link #parametersWritten} uploads and which is
 * current for a gradient range once that range was announced. A window must not be touched after {@link #close}.
 *
 * @param <B> what it computes with
 */
public interface Replica<B extends MicroBatch> extends AutoCloseable {

    ParameterLayout layout();

    /** Where a range of parameters is to be written; any thread may write until {@link #parametersWritten}. */
    ByteBuffer parameters(long offset, int length);

    /**
     * Whether it takes each {@linkplain org.weft.core.params.Parameter#factor factor} of its layout as bfloat16 alone, rounded to
     * nearest even: it may then be given them rounded.
     */
    default boolean roundsFactors() {
        return false;
    }

    /** Says that a range of parameters has been written through its windows. */
    void parametersWritten(long offset, long length);

    /**
     * Who is told from now on what a pass needs, so that it may begin before all parameters are there.
     *
     * @return whether this replica tells; where it does not, all parameters have to be there before a pass begins
     */
    default boolean follow(ParameterPages pages) {
        return false;
    }

    /** The passes of a replica that holds a few blocks at a time, which has no other way to gradients; null of one that holds all. */
    default SpanPasses<B> spans() {
        return null;
    }

    /** Sets the gradient to zero: the start of a lane. */
    void zeroGradients();

    /**
     * Forward and backward of one micro-batch; adds the gradient of (sum of the targets' losses) / normalizer.
     *
     * <p>The gradient of a batch whose loss is not finite is not finite either; judging that is the caller's.
     *
     * @param normalizer things to predict in the whole global batch
     * @param key seeds dropout
     * @param listener told which ranges are final; give {@link GradientListener#NONE} for all but a lane's last
     *     micro-batch
     * @return the sum of the targets' losses, in nats, divided by {@code normalizer}
     */
    double accumulateGradient(B batch, double normalizer, MicroBatchKey key, GradientListener listener);

    /**
     * The same bits, and from the same pass what each sequence cost.
     *
     * @param losses told of every sequence; of none by a replica that does not tell them apart
     */
    default double accumulateGradient(
            B batch, double normalizer, MicroBatchKey key, GradientListener listener, SequenceLosses losses) {
        return accumulateGradient(batch, normalizer, key, listener);
    }

    /** What the passes since {@link #zeroGradients} tell beside their losses; nothing of most models. */
    default List<Figure> figures() {
        return List.of();
    }

    /** A range of the gradient. Its content stands until the next {@link #zeroGradients}. */
    ByteBuffer gradients(long offset, int length);

    /** The sum of the targets' losses in nats, without dropout and without gradient. */
    double loss(B batch);

    /** As {@link #loss}, with what was predicted where the replica's task has classes. */
    default Evaluated evaluate(B batch) {
        return Evaluated.ofLoss(loss(batch));
    }

    /** Floating-point operations a second of this replica's device and threads in a large matrix product of its precision. */
    double measurePeakFlops();

    @Override
    void close();
}
