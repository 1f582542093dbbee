package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ParameterPages;
import org.weft.engine.Replica;
import org.weft.simulation.TinyReplica.Lot;

/** {@link Arithmetic} as a replica, which takes its time. P: parameters. */
final class TinyReplica implements Replica<Lot> {
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
        float[] gradient = Arithmetic.gradient(key.step(), key.lane(), weights);
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
        return Arithmetic.loss(key.step(), key.lane(), weights) / normalizer;
    }

    @Override
    public double loss(Lot batch) {
        takeTime();
        return Arithmetic.validationLoss(batch.index(), weights());
    }

    private float[] weights() {
        float[] weights = new float[(int) layout.size()];
        parameters.asFloatBuffer().get(0, weights);
        return taken(weights);
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
