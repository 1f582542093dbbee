package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.weft.core.Sha256;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSum;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.MatrixBuckets;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.optim.NewtonSchulz;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.WholeMatrix;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.protocol.PushLayout;

/** The same run computed in one loop without a cluster: what every version, sum, loss and norm has to be. */
final class Reference {
    private final ParameterLayout layout;
    private final WeftConfig config;
    private final TrainingConfig training;
    /** Weights by version: [0, steps]. */
    private final float[][] weights;
    /** What late lanes are computed with where weights are predicted, by version. */
    private final float[][] predicted;
    /** What lanes begin a round with, by version and vector; empty where they begin anew. */
    private final float[][][] means;
    /** Sums of squares by step and pushed bucket. */
    private final double[][] squares;

    private final double[] losses;
    private final BucketCodecs codecs;
    private final PushLayout pushes;
    private final SyncConfig sync;
    private final boolean bfloat16;
    /** Null where gradients are not private. */
    private final GradientPrivacy privacy;

    /** By step and lane. */
    private final Map<String, float[]> laneWeights = new HashMap<>();

    Reference(Scenario scenario) {
        layout = scenario.layout();
        config = scenario.config();
        training = config.training();
        codecs = BucketCodecs.of(scenario.config(), layout);
        pushes = PushLayout.of(scenario.config(), layout);
        sync = scenario.config().sync();
        bfloat16 = scenario.bfloat16();
        privacy = scenario.privacy();
        int size = Math.toIntExact(layout.size());
        int steps = training.steps();
        weights = new float[steps + 1][];
        predicted = new float[steps + 1][];
        means = new float[steps + 1][][];
        means[0] = new float[pushes.inner().size()][size];
        squares = new double[steps][];
        losses = new double[steps];
        float[] now = new float[size];
        Initialization.fill(layout, scenario.config().run().seed(), 0, FloatBuffer.wrap(now));
        Optimizer optimizer = Optimizer.ofServers(scenario.config());
        float[][] vectors = new float[Optimizer.keptByServers(config).size()][size];
        int firstMean = vectors.length - pushes.inner().size();
        for (int step = 0; step < steps; step = sync.versionAfter(step, steps)) {
            weights[step] = now.clone();
            predicted[step] = predicted(optimizer, step, vectors);
            float[][] sums = sum(step, 0, training.lanes());
            float[] gradient = sums[0];
            squares[step] = new double[layout.bucketCount() * pushes.vectors()];
            double[] pushed = squares(sums);
            for (int i = 0; i < pushed.length; i++) {
                squares[step][pushes.index(i / sums.length, i % sums.length)] = pushed[i];
            }
            if (privacy != null) {
                privacy.noise().add(step, 0, gradient, size);
            }
            Optimizer.State state = new Optimizer.State(gradient, now, vectors);
            for (Optimizer.Segment segment : segments(optimizer)) {
                optimizer.update(step, scale(step), state, segment);
            }
            moveMatrices(optimizer, step, state);
            requireZeros(step, now, segments(optimizer));
            for (int i = 1; i < sums.length; i++) {
                vectors[firstMean + i - 1] = sums[i];
            }
            float[][] kept = Arrays.copyOfRange(vectors, firstMean, vectors.length);
            means[sync.versionAfter(step, steps)] =
                    Arrays.stream(kept).map(float[]::clone).toArray(float[][]::new);
        }
        weights[steps] = now;
        predicted[steps] = predicted(optimizer, steps, vectors);
    }

    private void moveMatrices(Optimizer optimizer, int step, Optimizer.State state) {
        NewtonSchulz orthogonal = new NewtonSchulz(MatrixProducts.PLAIN, layout.matrices());
        Bucket all = new Bucket(0, 0, state.weights().length);
        for (WholeMatrix matrix : layout.matrices()) {
            MatrixBuckets where = new MatrixBuckets(List.of(all), List.of(state));
            optimizer.update(step, scale(step), matrix, where, orthogonal);
        }
    }

    /** What is zero stays zero, and as much is zero as is to be. */
    private void requireZeros(int step, float[] now, List<Optimizer.Segment> segments) {
        for (Optimizer.Segment segment : segments) {
            int zeros = 0;
            for (int i = segment.from(); segment.pruned() && i < segment.to(); i++) {
                zeros += now[i] == 0 ? 1 : 0;
                if (now[i] != 0 && weights[step][i] == 0) {
                    throw new IllegalStateException("step=" + step + " element=" + i + " was zero and is " + now[i]);
                }
            }
            int wanted = training.pruning().zeros(step + 1, segment.to() - segment.from());
            if (segment.pruned() && zeros < wanted) {
                throw new IllegalStateException(
                        "step=" + step + " zeros=" + zeros + " of " + segment + " wanted=" + wanted);
            }
        }
    }

    /** Those of all buckets, in the flat vector. */
    private List<Optimizer.Segment> segments(Optimizer optimizer) {
        List<Optimizer.Segment> segments = new ArrayList<>();
        for (int i = 0; i < layout.bucketCount(); i++) {
            int offset = (int) layout.bucket(i).offset();
            for (Optimizer.Segment part : optimizer.segments(layout, layout.bucket(i))) {
                segments.add(
                        new Optimizer.Segment(offset + part.from(), offset + part.to(), part.rule(), part.pruned()));
            }
        }
        return segments;
    }

    private float[] predicted(Optimizer optimizer, int step, float[][] vectors) {
        float[] ahead = weights[step].clone();
        for (Optimizer.Segment segment :
                sync.predictsWeights(training) ? segments(optimizer) : List.<Optimizer.Segment>of()) {
            optimizer.predict(step, step, ahead, vectors, segment);
        }
        return ahead;
    }

    /** The lane tree, as its definition reads: of gradients, and of each vector beside them. */
    private float[][] sum(int step, int first, int lanes) {
        if (lanes == 1) {
            float[][] pushed = sync.takesRound(step) ? round(step, first) : new float[][] {gradient(step, first)};
            pushed[0] = sent(step, first, pushed[0]);
            return pushed;
        }
        float[][] left = sum(step, first, lanes / 2);
        float[][] right = sum(step, first + lanes / 2, lanes / 2);
        for (int i = 0; i < left.length; i++) {
            LaneSum.add(left[i], right[i], left[i].length);
        }
        return left;
    }

    private float[] gradient(int step, int lane) {
        float[] at = taken(weights(ParameterVersion.ofLanes(config, step)));
        laneWeights.put(step + "/" + lane, at);
        if (privacy != null) {
            return clipped(step, lane, at);
        }
        losses[step] += Arithmetic.loss(step, lane, at);
        return Arithmetic.gradient(step, lane, at);
    }

    /** Of a private run: those of the step's examples that are the lane's, each by itself no longer than it may be. */
    private float[] clipped(int step, int lane, float[] at) {
        long[] drawn = privacy.drawn(step);
        float[] sum = new float[at.length];
        double loss = 0;
        for (int i = lane; i < drawn.length; i += training.lanes()) {
            loss += Arithmetic.loss(step, (int) drawn[i], at);
            float[] gradient = Arithmetic.gradient(step, (int) drawn[i], at);
            double norm = GradientClip.norm(squares(gradient));
            float factor =
                    (float) (Math.min(1, config.privacy().maxGradNorm() / (norm + 1e-6)) / training.globalBatch());
            for (int e = 0; e < sum.length; e++) {
                sum[e] += factor * gradient[e];
            }
        }
        losses[step] += drawn.length == 0 ? 0 : loss / drawn.length;
        return sum;
    }

    /** What a replica computes with. */
    private float[] taken(float[] at) {
        return bfloat16 ? Arithmetic.rounded(layout, at) : at;
    }

    /** By how much a lane moves back in a round of its own, and what its optimizer then keeps; divided by the lanes. */
    private float[][] round(int first, int lane) {
        int end = sync.versionAfter(first, training.steps());
        float[] now = weights[first].clone();
        Optimizer optimizer = Optimizer.of(training);
        boolean kept = sync.innerState() == SyncConfig.InnerState.KEEP;
        float[][] vectors = new float[optimizer.state().size()][now.length];
        for (int i = 0; kept && i < vectors.length; i++) {
            vectors[i] = means[first][i].clone();
        }
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
                optimizer.update(step, kept ? step : step - first, scale, state, segment);
            }
        }
        losses[first] += loss / (end - first) / training.lanes();
        float[][] pushed = new float[pushes.vectors()][now.length];
        for (int i = 0; i < now.length; i++) {
            pushed[0][i] = (weights[first][i] - now[i]) / training.lanes();
            for (int v = 1; v < pushed.length; v++) {
                pushed[v][i] = vectors[v - 1][i] / training.lanes();
            }
        }
        return pushed;
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

    private double[] squares(float[]... vectors) {
        double[] result = new double[layout.bucketCount() * vectors.length];
        for (int i = 0; i < result.length; i++) {
            Bucket bucket = layout.bucket(i / vectors.length);
            float[] slice = Arrays.copyOfRange(vectors[i % vectors.length], (int) bucket.offset(), (int) bucket.end());
            result[i] = GradientClip.sumOfSquares(slice, slice.length);
        }
        return result;
    }

    /** What a lane of a step is computed with. */
    float[] weightsFor(int step, int lane) {
        return laneWeights.get(step + "/" + lane);
    }

    /** As servers publish it. */
    float[] weights(ParameterVersion version) {
        return (version.part() == StateVector.PREDICTED ? predicted : weights)[version.step()];
    }

    /** What lanes begin the round of this version with. */
    float[] mean(int version, int vector) {
        return means[version][vector];
    }

    /** Of a pushed bucket. */
    double square(int step, int pushed) {
        return squares[step][pushed];
    }

    double norm(int step) {
        double[] ofGradient = new double[layout.bucketCount()];
        for (int i = 0; i < ofGradient.length; i++) {
            ofGradient[i] = squares[step][pushes.index(i, 0)];
        }
        return GradientClip.norm(ofGradient);
    }

    float scale(int step) {
        return new GradientClip(sync.takesRound(step) ? 0 : training.clipNorm()).scale(norm(step));
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
