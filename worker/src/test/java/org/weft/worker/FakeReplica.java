package org.weft.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.weft.core.batches.Batch;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ParameterPages;
import org.weft.engine.SpanPasses;

/** A replica without a tensor library: element i of a lane's gradient is a function of (step, lane, i) alone. */
final class FakeReplica implements ModelReplica {
    static final ParameterLayout LAYOUT = ParameterLayout.builder()
            .add("w", List.of(2 * Bucket.ELEMENTS + 1000), true, Initializer.ZEROS)
            .build();

    private final ByteBuffer parameters = direct();
    private final ByteBuffer gradients = direct();
    /** Where the ranges begin that passes go through. */
    private static final List<Long> STARTS =
            List.of(0L, 5L, Bucket.ELEMENTS - 3L, Bucket.ELEMENTS + 7L, LAYOUT.size() - 10);

    /** What the last pass read at the beginning of each range. */
    final List<Float> read = new CopyOnWriteArrayList<>();

    /** Told of each range that is written. */
    Runnable whenWritten = () -> {};

    private ParameterPages pages = ParameterPages.WHOLE;

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
        whenWritten.run(); // The windows are the vector.
    }

    @Override
    public boolean follow(ParameterPages newPages) {
        pages = newPages;
        return true;
    }

    /** What a pass at the parameters of a version reads. */
    static List<Float> readAt(int version) {
        return STARTS.stream()
                .map(start -> FakeServer.parameter(version, start))
                .toList();
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
        read.clear();
        for (int i = 0; i < STARTS.size(); i++) {
            long end = i + 1 < STARTS.size() ? STARTS.get(i + 1) : size;
            pages.need(STARTS.get(i), end - STARTS.get(i));
            read.add(parameters.getFloat((int) (STARTS.get(i) * Float.BYTES)));
            pages.done(STARTS.get(i), end - STARTS.get(i));
        }
        for (int i = 0; i < size; i++) {
            int at = i * Float.BYTES;
            gradients.putFloat(at, gradients.getFloat(at) + gradient(key.step(), key.lane(), i));
        }
        // Uneven ranges from the end to the beginning, as backward finishes them.
        int end = size;
        for (int i = STARTS.size() - 1; i >= 0; i--) {
            int start = (int) (long) STARTS.get(i);
            listener.rangeReady(start, end - start);
            end = start;
        }
        return key.lane() + 0.5;
    }

    /** Of workers that hold a range at a time: what is not needed is no number, and a window on a gradient is of one lane. */
    @Override
    public SpanPasses<Batch> spans() {
        return this::accumulate;
    }

    private List<SpanPasses.Lane> accumulate(
            List<List<SpanPasses.Part<Batch>>> lanes, double normalizer, SpanPasses.Listener listener) {
        read.clear();
        int last = STARTS.size() - 1;
        need(0);
        for (int range = 1; range <= last; range++) {
            need(range);
            if (range < last) {
                soon(range + 1);
                gone(range);
            }
        }
        for (int range = last; range >= 0; range--) {
            if (range > 0 && range < last) {
                need(range);
            }
            for (int lane = 0; lane < lanes.size(); lane++) {
                backward(range, lanes.get(lane).get(0).key());
                listener.rangeReady(lane, STARTS.get(range), length(range));
            }
            if (range > 1) {
                soon(range - 1);
            }
            gone(range);
        }
        return lanes.stream()
                .map(parts -> new SpanPasses.Lane(parts.get(0).key().lane() + 0.5, List.of()))
                .toList();
    }

    private static int length(int range) {
        long end = range + 1 < STARTS.size() ? STARTS.get(range + 1) : LAYOUT.size();
        return (int) (end - STARTS.get(range));
    }

    /** Of the last range no more than its beginning is sent for. */
    private void soon(int range) {
        int length = length(range);
        pages.soon(STARTS.get(range), range == STARTS.size() - 1 ? length / 2 : length);
    }

    private void need(int range) {
        pages.need(STARTS.get(range), length(range));
        read.add(parameters.getFloat((int) (STARTS.get(range) * Float.BYTES)));
    }

    private void gone(int range) {
        pages.done(STARTS.get(range), length(range));
        parameters.putFloat((int) (STARTS.get(range) * Float.BYTES), Float.NaN);
    }

    private void backward(int range, MicroBatchKey key) {
        for (long i = STARTS.get(range); i < STARTS.get(range) + length(range); i++) {
            gradients.putFloat((int) i * Float.BYTES, gradient(key.step(), key.lane(), i));
        }
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
