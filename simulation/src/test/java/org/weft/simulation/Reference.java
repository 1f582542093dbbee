package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.weft.core.Sha256;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.lanes.LaneSum;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodecs;

/** The same run computed in one loop without a cluster: what every version, sum, loss and norm has to be. */
final class Reference {
    private final ParameterLayout layout;
    private final TrainingConfig training;
    /** Weights by version: [0, steps]. */
    private final float[][] weights;
    /** Sums of squares by step and bucket. */
    private final double[][] squares;

    private final double[] losses;
    private final BucketCodecs codecs;
    private final SyncConfig sync;
    private final boolean bfloat16;
    /** By step and lane. */
    private final Map<String, float[]> laneWeights = new HashMap<>();

    Reference(Scenario scenario) {
        layout = scenario.layout();
        training = scenario.config().training();
        codecs = BucketCodecs.of(scenario.config(), layout);
        sync = scenario.config().sync();
        bfloat16 = scenario.bfloat16();
        int size = Math.toIntExact(layout.size());
        int steps = training.steps();
        weights = new float[steps + 1][];
        squares = new double[steps][];
        losses = new double[steps];
        float[] now = new float[size];
        Initialization.fill(layout, scenario.config().run().seed(), 0, FloatBuffer.wrap(now));
        Optimizer optimizer = Optimizer.ofServers(scenario.config());
        float[][] vectors = new float[optimizer.state().size()][size];
        for (int step = 0; step < steps; step = sync.versionAfter(step, steps)) {
            weights[step] = now.clone();
            float[] gradient = sum(step, 0, training.lanes());
            squares[step] = squares(gradient);
            Optimizer.State state = new Optimizer.State(gradient, now, vectors);
            for (int i = 0; i < layout.bucketCount(); i++) {
                Bucket bucket = layout.bucket(i);
                for (Optimizer.Segment part : optimizer.segments(layout, bucket)) {
                    int from = (int) bucket.offset() + part.from();
                    int to = (int) bucket.offset() + part.to();
                    optimizer.update(step, scale(step), state, new Optimizer.Segment(from, to, part.rule()));
                }
            }
        }
        weights[steps] = now;
    }

    /** The lane tree, as its definition reads. */
    private float[] sum(int step, int first, int lanes) {
        if (lanes == 1) {
            return sent(step, first, sync.local() ? round(step, first) : gradient(step, first));
        }
        float[] left = sum(step, first, lanes / 2);
        LaneSum.add(left, sum(step, first + lanes / 2, lanes / 2), left.length);
        return left;
    }

    private float[] gradient(int step, int lane) {
        float[] at = taken(weights[sync.versionFor(step)]);
        laneWeights.put(step + "/" + lane, at);
        losses[step] += Arithmetic.loss(step, lane, at);
        return Arithmetic.gradient(step, lane, at);
    }

    /** What a replica computes with. */
    private float[] taken(float[] at) {
        return bfloat16 ? Arithmetic.rounded(layout, at) : at;
    }

    /** By how much a lane moves back in a round of its own, divided by the lanes. */
    private float[] round(int first, int lane) {
        int end = sync.versionAfter(first, training.steps());
        float[] now = weights[first].clone();
        Optimizer optimizer = Optimizer.of(training);
        float[][] vectors = new float[optimizer.state().size()][now.length];
        double loss = 0;
        for (int step = first; step < end; step++) {
            float[] at = taken(now.clone());
            laneWeights.put(step + "/" + lane, at);
            loss += Arithmetic.loss(step, lane, at) / (1.0 / training.lanes());
            float[] gradient = Arithmetic.gradient(step, lane, at);
            float scale = new GradientClip(training.clipNorm()).scale(GradientClip.norm(squares(gradient)));
            Optimizer.State state = new Optimizer.State(gradient, now, vectors);
            for (Parameter p : layout.parameters()) {
                Optimizer.Segment segment = new Optimizer.Segment((int) p.offset(), (int) p.end(), p.decay(), 1);
                optimizer.update(step, step - first, scale, state, segment);
            }
        }
        losses[first] += loss / (end - first) / training.lanes();
        float[] difference = new float[now.length];
        for (int i = 0; i < now.length; i++) {
            difference[i] = (weights[first][i] - now[i]) / training.lanes();
        }
        return difference;
    }

    /** A lane's gradient as it comes out of the codec. */
    private float[] sent(int step, int lane, float[] gradient) {
        float[] arrived = new float[gradient.length];
        for (int i = 0; i < layout.bucketCount(); i++) {
            Bucket bucket = layout.bucket(i);
            ByteBuffer floats = ByteBuffer.allocate(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            floats.asFloatBuffer().put(gradient, (int) bucket.offset(), bucket.length());
            float[] decoded = new float[bucket.length()];
            ByteBuffer bytes = codecs.gradients().encode(floats, codecs.draw(step, 0, lane, i), null);
            codecs.gradients().decode(bytes.duplicate().clear(), decoded, 0);
            System.arraycopy(decoded, 0, arrived, (int) bucket.offset(), decoded.length);
        }
        return arrived;
    }

    private double[] squares(float[] gradient) {
        double[] result = new double[layout.bucketCount()];
        for (int i = 0; i < result.length; i++) {
            Bucket bucket = layout.bucket(i);
            float[] slice = Arrays.copyOfRange(gradient, (int) bucket.offset(), (int) bucket.end());
            result[i] = GradientClip.sumOfSquares(slice, slice.length);
        }
        return result;
    }

    /** What a lane of a step is computed with. */
    float[] weightsFor(int step, int lane) {
        return laneWeights.get(step + "/" + lane);
    }

    float[] weights(int version) {
        return weights[version];
    }

    double square(int step, int bucket) {
        return squares[step][bucket];
    }

    double norm(int step) {
        return GradientClip.norm(squares[step]);
    }

    float scale(int step) {
        return new GradientClip(sync.local() ? 0 : training.clipNorm()).scale(norm(step));
    }

    double loss(int step) {
        return losses[step];
    }

    /** As {@code EvaluationLedger} adds them, with a target a batch. */
    double evaluation(int version, int batches) {
        double nats = 0;
        for (int batch = 0; batch < batches; batch++) {
            nats += Arithmetic.validationLoss(batch, taken(weights[version]));
        }
        return nats / batches;
    }

    /** As manifests have it. */
    String sha256(int version) {
        ByteBuffer bytes =
                ByteBuffer.allocate(weights[version].length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights[version]);
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes.array()));
    }
}
