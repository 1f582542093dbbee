package org.weft.worker.engine;

import java.nio.ByteBuffer;
import org.weft.core.params.ParameterLayout;
import org.weft.worker.data.Batch;

/**
 * One copy of a model: its parameters and gradients as two flat float32 vectors of P elements, and the computation
 * between them. The seam to the tensor library. Owned by one thread: the one that opened it.
 *
 * <p>Windows are direct little-endian buffers of {@code 4 * length} bytes on host memory. On a CPU they are the
 * vectors themselves; on another device they are staging memory, which {@link #parametersWritten} uploads and which is
 * current for a gradient range once that range was announced. A window must not be touched after {@link #close}.
 */
public interface ModelReplica extends AutoCloseable {

    ParameterLayout layout();

    /** Where a range of parameters is to be written; any thread may write until {@link #parametersWritten}. */
    ByteBuffer parameters(long offset, int length);

    /** Says that a range of parameters has been written through its windows. */
    void parametersWritten(long offset, long length);

    /** Sets the gradient to zero: the start of a lane. */
    void zeroGradients();

    /**
     * Forward and backward of one micro-batch; adds the gradient of (sum of the targets' losses) / normalizer.
     *
     * <p>The gradient of a batch whose loss is not finite is not finite either; judging that is the caller's.
     *
     * @param normalizer target tokens of the whole global batch
     * @param key seeds dropout
     * @param listener told which ranges are final; give {@link GradientListener#NONE} for all but a lane's last
     *     micro-batch
     * @return the sum of the targets' losses, in nats, divided by {@code normalizer}
     */
    double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener);

    /** A range of the gradient. Its content stands until the next {@link #zeroGradients}. */
    ByteBuffer gradients(long offset, int length);

    /** The sum of the targets' losses in nats, without dropout and without gradient. */
    double loss(Batch batch);

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

    /** Floating-point operations a second of this replica's device and threads in a large matrix product of its precision. */
    double measurePeakFlops();

    @Override
    void close();
}
