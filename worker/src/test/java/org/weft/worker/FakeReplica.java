package org.weft.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;

/** A replica without a tensor library: element i of a lane's gradient is a function of (step, lane, i) alone. */
final class FakeReplica implements ModelReplica {
    static final ParameterLayout LAYOUT = ParameterLayout.builder()
            .add("w", List.of(2 * Bucket.ELEMENTS + 1000), true, Initializer.ZEROS)
            .build();

    private final ByteBuffer parameters = direct();
    private final ByteBuffer gradients = direct();

    private static ByteBuffer direct() {
        return ByteBuffer.allocateDirect((int) LAYOUT.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sums of these in different orders differ in their last bits. */
    static float gradient(int step, int lane, long index) {
        return (float) Math.sin(step + 31.0 * lane + 1e-3 * index) * (1 + lane * 1e3f);
    }

    @Override
    public ParameterLayout layout() {
        return LAYOUT;
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        return parameters
                .slice((int) offset * Float.BYTES, length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void parametersWritten(long offset, long length) {
        // The windows are the vector.
    }

    @Override
    public void zeroGradients() {
        for (int i = 0; i < LAYOUT.size(); i++) {
            gradients.putFloat(i * Float.BYTES, 0);
        }
    }

    @Override
    public double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        int size = (int) LAYOUT.size();
        for (int i = 0; i < size; i++) {
            int at = i * Float.BYTES;
            gradients.putFloat(at, gradients.getFloat(at) + gradient(key.step(), key.lane(), i));
        }
        // Uneven ranges from the end to the beginning, as backward finishes them.
        int end = size;
        for (int start : new int[] {size - 10, Bucket.ELEMENTS + 7, Bucket.ELEMENTS - 3, 5, 0}) {
            listener.rangeReady(start, end - start);
            end = start;
        }
        return key.lane() + 0.5;
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        return gradients.slice((int) offset * Float.BYTES, length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public double loss(Batch batch) {
        return batch.tokens()[0];
    }

    @Override
    public float[][] hiddenStates(int[] tokens) {
        throw new UnsupportedOperationException();
    }

    @Override
    public float[][] logits(int[] tokens, int... positions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public double measurePeakFlops() {
        return 1;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
