package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ParameterPages;
import org.weft.engine.Replica;
import org.weft.engine.SpanPasses;
import org.weft.simulation.TinyReplica.Lot;

/** {@link Arithmetic} as a replica, which takes its time. P: parameters. */
final class TinyReplica implements Replica<Lot> {
    /** That private runs draw from. */
    static final int EXAMPLES = 20;

    private static final long PIECE_MICROS = 2 * VirtualTime.MILLI;
    private static final int PIECES = 3;

    private final MemberProcess worker;
    private final Simulation simulation;
    private final ParameterLayout layout;
    private final ByteBuffer parameters; // (P)
    private final ByteBuffer gradients; // (P)
    private final boolean bfloat16;
    private ParameterPages pages = ParameterPages.WHOLE;

    /** What a replica computes with: nothing but a name. */
    record Lot(int index) implements MicroBatch {
        @Override
        public long targetCount() {
            return 1;
        }
    }

    /** All batches there are. */
    static final class Batches implements BatchSource<Lot> {
        @Override
        public Lot training(int step, int lane, int microBatch) {
            return new Lot(lane);
        }

        @Override
        public double targets(int step) {
            return 1;
        }

        @Override
        public long examples() {
            return EXAMPLES;
        }

        @Override
        public Lot example(int step, long number) {
            return new Lot((int) number);
        }

        @Override
        public Lot validation(int index) {
            return new Lot(index);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    TinyReplica(MemberProcess worker) {
        this.worker = worker;
        this.simulation = worker.simulation;
        this.layout = simulation.scenario.layout();
        this.parameters = vector();
        this.gradients = vector();
        this.bfloat16 = simulation.scenario.bfloat16();
    }

    private ByteBuffer vector() {
        return ByteBuffer.allocateDirect((int) layout.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        return window(parameters, offset, length);
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        return window(gradients, offset, length);
    }

    private static ByteBuffer window(ByteBuffer vector, long offset, int length) {
        return vector.slice((int) offset * Float.BYTES, length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean roundsFactors() {
        return bfloat16;
    }

    @Override
    public void parametersWritten(long offset, long length) {
        // The windows are the vector.
    }

    @Override
    public boolean follow(ParameterPages newPages) {
        pages = newPages;
        return true;
    }

    @Override
    public void zeroGradients() {
        for (int i = 0; i < layout.size(); i++) {
            gradients.putFloat(i * Float.BYTES, 0);
        }
    }

    /** Pieces that are not needed are no numbers, and each lane's gradient is gone when the next one's is computed. */
    @Override
    public SpanPasses<Lot> spans() {
        return simulation.scenario.config().cluster().streamed() ? this::accumulate : null;
    }

    private List<SpanPasses.Lane> accumulate(
            List<List<SpanPasses.Part<Lot>>> lanes, double normalizer, SpanPasses.Listener listener) {
        pages.need(0, start(1)); // As embeddings are: until the pass ends.
        float[] weights = new float[(int) layout.size()];
        parameters.asFloatBuffer().get(0, weights, 0, start(1));
        for (int piece = 1; piece < PIECES; piece++) {
            pages.need(start(piece), start(piece + 1) - start(piece));
            if (piece + 1 < PIECES) {
                pages.soon(start(piece + 1), start(piece + 2) - start(piece + 1));
            }
            takeTime();
            parameters.asFloatBuffer().get(start(piece), weights, start(piece), start(piece + 1) - start(piece));
            gone(piece);
        }
        weights = taken(weights);
        List<SpanPasses.Lane> told = new ArrayList<>();
        for (List<SpanPasses.Part<Lot>> parts : lanes) {
            MicroBatchKey key = parts.get(0).key();
            simulation.invariants.members().computesWith(worker, key.step(), key.lane(), weights);
            double loss = Arithmetic.loss(key.step(), key.lane(), weights) / normalizer;
            told.add(new SpanPasses.Lane(loss, List.of()));
        }
        for (int piece = PIECES - 1; piece >= 0; piece--) {
            backward(piece, lanes, weights, listener);
        }
        gone(0);
        return told;
    }

    private void backward(
            int piece, List<List<SpanPasses.Part<Lot>>> lanes, float[] weights, SpanPasses.Listener listener) {
        int start = start(piece);
        int end = start(piece + 1);
        if (piece > 0) {
            pages.need(start, end - start);
            float[] again = weights.clone(); // Backward computes with what has come for it.
            parameters.asFloatBuffer().get(start, again, start, end - start);
            System.arraycopy(taken(again), start, weights, start, end - start);
        }
        for (int lane = 0; lane < lanes.size(); lane++) {
            takeTime();
            MicroBatchKey key = lanes.get(lane).get(0).key();
            float[] gradient = Arithmetic.gradient(key.step(), key.lane(), weights);
            for (int i = start; i < end; i++) {
                gradients.putFloat(i * Float.BYTES, gradient[i]);
            }
            listener.rangeReady(lane, start, end - start);
        }
        if (piece > 0) {
            gone(piece);
        }
    }

    private int start(int piece) {
        return (int) layout.size() * piece / PIECES;
    }

    private void gone(int piece) {
        for (int i = start(piece); i < start(piece + 1); i++) {
            parameters.putFloat(i * Float.BYTES, Float.NaN);
        }
        pages.done(start(piece), start(piece + 1) - start(piece));
    }

    /** The weights, as forward needs them: a few pieces, each read when it is its turn. */
    private float[] forward() {
        float[] weights = new float[(int) layout.size()];
        for (int piece = 0; piece < PIECES; piece++) {
            int start = weights.length * piece / PIECES;
            int length = weights.length * (piece + 1) / PIECES - start;
            pages.need(start, length);
            takeTime();
            parameters.asFloatBuffer().get(start, weights, start, length);
        }
        return taken(weights);
    }

    /** Backward finishes the vector in a few pieces, from its end to its beginning. */
    @Override
    public double accumulateGradient(Lot batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        float[] weights = forward();
        simulation.invariants.members().computesWith(worker, key.step(), key.lane(), weights);
        float[] gradient = Arithmetic.gradient(key.step(), batch.index(), weights);
        int end = gradient.length;
        for (int piece = PIECES - 1; piece >= 0; piece--) {
            takeTime();
            int start = gradient.length * piece / PIECES;
            for (int i = start; i < end; i++) {
                gradients.putFloat(i * Float.BYTES, gradients.getFloat(i * Float.BYTES) + gradient[i]);
            }
            pages.done(start, end - start);
            listener.rangeReady(start, end - start);
            end = start;
        }
        return Arithmetic.loss(key.step(), batch.index(), weights) / normalizer;
    }

    @Override
    public double loss(Lot batch) {
        float[] weights = forward();
        if (spans() != null) {
            for (int piece = 0; piece < PIECES; piece++) {
                gone(piece);
            }
        }
        return Arithmetic.validationLoss(batch.index(), weights);
    }

    /** What it computes with. */
    private float[] taken(float[] weights) {
        return bfloat16 ? Arithmetic.rounded(layout, weights) : weights;
    }

    private void takeTime() {
        try {
            worker.threads.sleepMicros(simulation.faults.duration(PIECE_MICROS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a worker's thread", e);
        }
    }

    @Override
    public double measurePeakFlops() {
        return 1e9;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
