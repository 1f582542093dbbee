package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;

/**
 * A lane's part of a private step (Abadi et al. 2016, "Deep Learning with Differential Privacy", arXiv 1607.00133, algorithm 1): of the
 * examples that the step draws every lane-th, one after the other, each the gradient of its own mean loss. It is clipped by its norm over
 * all parameters that learn, divided by the batch that is drawn on the average, and added; the noise is the servers'. Nothing can be
 * pushed before the lane's last example is done, for no part of one is clipped before the whole of it is there.
 *
 * <p>With P parameters it keeps 4 P bytes for the sum in direct memory, and two buckets. Owned by the worker's thread.
 */
final class PrivateGradient<B extends MicroBatch> implements LaneProgram {
    /** Ranges are announced, so that windows are current, wherever the replica computes. */
    private static final GradientListener CURRENT = (offset, length) -> {};

    private final Replica<B> replica;
    private final BatchSource<B> batches;
    private final GradientPrivacy privacy;
    private final int lanes;
    private final long seed;
    private final ParameterLayout layout;
    /** The replica's gradient, a window a bucket. */
    private final FloatBuffer[] gradients;
    /** The lane's sum, by bucket. */
    private final FloatBuffer[] sums;
    /** A bucket of one example's gradient, and of the sum. */
    private final float[] one;

    private final float[] sum;

    PrivateGradient(WeftConfig config, Replica<B> replica, BatchSource<B> batches, GradientPrivacy privacy) {
        this.replica = replica;
        this.batches = batches;
        this.privacy = privacy;
        this.lanes = config.training().lanes();
        this.seed = config.run().seed();
        this.layout = MuonMatrices.served(config, replica.layout());
        this.gradients = new FloatBuffer[layout.bucketCount()];
        this.sums = new FloatBuffer[layout.bucketCount()];
        int longest = 0;
        for (int i = 0; i < sums.length; i++) {
            Bucket bucket = layout.bucket(i);
            longest = Math.max(longest, bucket.length());
            ByteBuffer window = replica.gradients(bucket.offset(), bucket.length());
            gradients[i] =
                    window.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            sums[i] = ByteBuffer.allocateDirect(bucket.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
        }
        this.one = new float[longest];
        this.sum = new float[longest];
    }

    @Override
    public LaneLoss run(int step, int updates, int lane, GradientListener pushed) throws IOException {
        Arrays.fill(sum, 0f);
        for (FloatBuffer part : sums) {
            part.put(0, sum, 0, part.capacity());
        }
        long[] drawn = privacy.drawn(step);
        FigureTally tally = new FigureTally(lane);
        double loss = 0;
        int at = 0;
        for (int i = lane; i < drawn.length; i += lanes) {
            B example = batches.example(step, drawn[i]);
            if (example.targetCount() > 0) { // One that asks for nothing has no gradient.
                MicroBatchKey key = new MicroBatchKey(seed, step, lane, at++);
                replica.zeroGradients();
                loss += replica.accumulateGradient(
                        example, example.targetCount(), key, CURRENT, tally.of(example, List.of()));
                replica.figures().forEach(tally::add);
                addClipped();
            }
        }
        for (int i = 0; i < sums.length; i++) {
            gradients[i].put(0, sums[i], 0, sums[i].capacity());
        }
        pushed.rangeReady(0, layout.size());
        return new LaneLoss(drawn.length == 0 ? 0 : loss / drawn.length, tally.figures());
    }

    /** A gradient that is not finite makes the sum so: judging that is the coordinator's. */
    private void addClipped() {
        double[] squares = new double[sums.length];
        for (int i = 0; i < sums.length; i++) {
            int length = sums[i].capacity();
            gradients[i].get(0, one, 0, length);
            squares[i] = GradientClip.sumOfSquares(one, length);
        }
        float factor = privacy.factor(GradientClip.norm(squares));
        for (int i = 0; i < sums.length; i++) {
            int length = sums[i].capacity();
            gradients[i].get(0, one, 0, length);
            sums[i].get(0, sum, 0, length);
            for (int e = 0; e < length; e++) {
                sum[e] += factor * one[e];
            }
            sums[i].put(0, sum, 0, length);
        }
    }
}
