package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;
import org.weft.engine.SequenceLosses;

/**
 * A lane's round (Douillard et al. 2023, "DiLoCo", arXiv 2311.08105, algorithm 1): from the parameters of the round's version it
 * takes as many steps of {@code training.optimizer} as there are to the next one, each on its own samples of that step. What is
 * pushed is what the parameters moved back by, divided by the number of lanes, so that the lanes' sum is their mean. Then the
 * replica has the round's parameters again. A lane that is computed a second time, by whomever, yields the same bits.
 *
 * <p>A lane's gradient is that of its samples' mean loss: the global batch's targets, divided by the lanes, stand for the
 * lane's. It is clipped by {@code training.clip_norm} by itself. The learning rate goes by the step.
 *
 * <p>With {@code sync.inner_state: keep} the optimizer begins with the means of what it kept of all lanes at the end of the round before
 * (averaged moments: Iacob et al. 2025, "DES-LOC", arXiv 2505.22549), its bias correction counts the run's updates, and its vectors
 * are left, divided by the number of lanes, to be pushed beside the difference. With {@code reset} it begins anew.
 *
 * <p>With P parameters it keeps 4 P bytes for the round's parameters in direct memory, beside {@link InnerState}. Owned by the worker's
 * thread.
 */
final class LocalSteps<B extends MicroBatch> implements LaneProgram {
    private static final GradientListener CURRENT = (offset, length) -> {};

    private final Replica<B> replica;
    private final BatchSource<B> batches;
    private final WeftConfig config;
    private final ParameterLayout layout;
    private final Optimizer optimizer;
    private final GradientClip clip;
    private final InnerState inner;
    private final Slice[] slices;
    private final float[] gradient;
    private final float[] weights;
    /** Of one bucket, the optimizer's. */
    private final float[][] vectors;

    /**
     * A bucket's part of everything.
     *
     * @param start the round's parameters
     */
    private record Slice(
            Bucket bucket,
            ByteBuffer parameters,
            ByteBuffer gradients,
            ByteBuffer start,
            List<Optimizer.Segment> segments) {

        int index() {
            return bucket.index();
        }

        int length() {
            return bucket.length();
        }

        void copy(ByteBuffer from, ByteBuffer to) {
            to.duplicate().clear().put(from.duplicate().clear());
        }
    }

    LocalSteps(WeftConfig config, Replica<B> replica, InnerState inner, BatchSource<B> batches) {
        this.inner = inner;
        this.replica = replica;
        this.batches = batches;
        this.config = config;
        this.layout = replica.layout();
        this.optimizer = Optimizer.of(config.training());
        this.clip = new GradientClip(config.training().clipNorm());
        this.slices = new Slice[layout.bucketCount()];
        int longest = 0;
        for (int i = 0; i < slices.length; i++) {
            Bucket bucket = layout.bucket(i);
            longest = Math.max(longest, bucket.length());
            slices[i] = new Slice(
                    bucket,
                    replica.parameters(bucket.offset(), bucket.length()),
                    replica.gradients(bucket.offset(), bucket.length()),
                    ByteBuffer.allocateDirect(bucket.bytes()),
                    optimizer.segments(layout, bucket));
        }
        this.gradient = new float[longest];
        this.weights = new float[longest];
        this.vectors = new float[inner.vectors()][longest];
    }

    @Override
    public LaneLoss run(int step, int updates, int lane, GradientListener pushed) throws IOException {
        int next = config.sync().versionAfter(step, config.training().steps());
        begin();
        FigureTally tally = new FigureTally(lane);
        double loss = 0;
        for (int at = step; at < next && Double.isFinite(loss); at++) {
            if (at > step) {
                replica.zeroGradients();
            }
            loss += accumulate(at, lane, tally);
            if (!update(at, at - step + (inner.kept().isEmpty() ? 0 : updates))) {
                loss = Double.NaN;
            }
        }
        end();
        pushed.rangeReady(0, layout.size());
        return new LaneLoss(loss / (next - step) / config.training().lanes(), tally.figures());
    }

    private void begin() {
        for (Slice slice : slices) {
            slice.copy(slice.parameters(), slice.start());
        }
        inner.begin();
    }

    /** The lane's gradient of a step; returns its mean loss. */
    private double accumulate(int step, int lane, FigureTally tally) throws IOException {
        double targets = batches.targets(step) / config.training().lanes();
        if (!(targets > 0)) {
            throw WeftException.invalidData(
                    "step " + step + " has nothing to learn: its global batch has targets=" + batches.targets(step),
                    "give the data more text or rows that are to be predicted, or a greater training.global_batch");
        }
        double loss = 0;
        int microBatches = config.training().microBatchesPerLane();
        for (int m = 0; m < microBatches; m++) {
            B batch = batches.training(step, lane, m);
            MicroBatchKey key = new MicroBatchKey(config.run().seed(), step, lane, m);
            GradientListener listener = m == microBatches - 1 ? CURRENT : GradientListener.NONE;
            SequenceLosses told = tally.of(batch, batches.sources(step, lane, m));
            loss += replica.accumulateGradient(batch, targets, key, listener, told);
        }
        replica.figures().forEach(tally::add);
        return loss;
    }

    /**
     * One step of the optimizer.
     *
     * @param updates that the optimizer counts before it
     * @return false where the gradient is not finite, and nothing was done
     */
    private boolean update(int step, int updates) {
        double[] squares = new double[slices.length];
        for (int i = 0; i < slices.length; i++) {
            read(slices[i].gradients(), gradient, slices[i].length());
            squares[i] = GradientClip.sumOfSquares(gradient, slices[i].length());
        }
        double norm = GradientClip.norm(squares);
        if (!Double.isFinite(norm)) {
            return false;
        }
        float scale = clip.scale(norm);
        for (Slice slice : slices) {
            read(slice.gradients(), gradient, slice.length());
            read(slice.parameters(), weights, slice.length());
            for (int i = 0; i < vectors.length; i++) {
                read(inner.lane(i, slice.index()), vectors[i], slice.length());
            }
            Optimizer.State state = new Optimizer.State(gradient, weights, vectors);
            for (Optimizer.Segment segment : slice.segments()) {
                optimizer.update(step, updates, scale, state, segment);
            }
            write(weights, slice.parameters(), slice.length());
            for (int i = 0; i < vectors.length; i++) {
                write(vectors[i], inner.lane(i, slice.index()), slice.length());
            }
        }
        replica.parametersWritten(0, layout.size());
        return true;
    }

    /** Leaves the lane's part of all means, the difference's in the gradient, and the round's parameters in the replica. */
    private void end() {
        float lanes = config.training().lanes();
        for (Slice slice : slices) {
            read(slice.start(), gradient, slice.length());
            read(slice.parameters(), weights, slice.length());
            for (int i = 0; i < slice.length(); i++) {
                gradient[i] = (gradient[i] - weights[i]) / lanes;
            }
            write(gradient, slice.gradients(), slice.length());
            slice.copy(slice.start(), slice.parameters());
            for (int v = 0; v < inner.kept().size(); v++) {
                ByteBuffer vector = inner.lane(v, slice.index());
                read(vector, gradient, slice.length());
                for (int i = 0; i < slice.length(); i++) {
                    gradient[i] /= lanes;
                }
                write(gradient, vector, slice.length());
            }
        }
        replica.parametersWritten(0, layout.size());
    }

    private static void read(ByteBuffer from, float[] into, int length) {
        from.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(into, 0, length);
    }

    private static void write(float[] from, ByteBuffer into, int length) {
        into.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(from, 0, length);
    }
}
