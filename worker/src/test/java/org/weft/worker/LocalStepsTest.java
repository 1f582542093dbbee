package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;

/** A lane's round on losses whose every step is known: half of (weight - target)^2. */
class LocalStepsTest {
    private static final int SIZE = 11;
    private static final int LANES = 4;
    private static final double RATE = 0.25;
    private static final ParameterLayout LAYOUT = ParameterLayout.builder(4)
            .add("matrix", List.of(6), true, Initializer.ZEROS)
            .add("vector", List.of(SIZE - 6), false, Initializer.ZEROS)
            .build();

    private final Bowl replica = new Bowl();
    private final List<String> announced = new ArrayList<>();
    private final GradientListener pushed = (offset, length) -> announced.add(offset + "+" + length);

    private static WeftConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "run.dir=/x",
                "sync.mode=local",
                "sync.steps=3",
                "training.steps=8",
                "training.lanes=" + LANES,
                "training.global_batch=8",
                "training.micro_batch=1",
                "training.optimizer=sgd",
                "training.learning_rates=['0:" + RATE + "']",
                "training.weight_decay=0",
                "training.clip_norm=0",
                "training.eval_every=0",
                "checkpoint.every=3"));
        all.addAll(List.of(settings));
        return ConfigLoader.load("test", "", all);
    }

    private LocalSteps<Sample> program(WeftConfig config) {
        return program(config, InnerState.of(config, LAYOUT));
    }

    private LocalSteps<Sample> program(WeftConfig config, InnerState inner) {
        return new LocalSteps<>(config, replica, inner, new Samples());
    }

    /** Each step goes a quarter of the way to the target of its step and lane. */
    @Test
    void theDifferenceIsPushedAndTheRoundsParametersStay() throws IOException {
        replica.fill(2f);
        LaneLoss loss = program(config()).run(3, 3, 1, pushed);
        double weight = 2;
        double losses = 0;
        for (int step = 3; step < 6; step++) {
            double away = weight - Bowl.target(step, 1);
            losses += away * away / 2;
            weight -= RATE * away;
        }
        assertThat(announced).containsExactly("0+" + SIZE);
        assertThat(replica.gradient(0)).isCloseTo((float) ((2 - weight) / LANES), within(1e-6f));
        assertThat(replica.gradient(SIZE - 1)).isEqualTo(replica.gradient(0));
        assertThat(replica.weight(0)).isEqualTo(2f);
        assertThat(loss.part()).isCloseTo(losses / 3 / LANES, within(1e-6));
        assertThat(replica.steps).containsExactly(3, 3, 4, 4, 5, 5);
    }

    @Test
    void theLastRoundEndsWithTheRun() throws IOException {
        program(config()).run(6, 6, 0, pushed);
        assertThat(replica.steps).containsExactly(6, 6, 7, 7);
    }

    /** A second lane, and the same lane once more, do not see what the first left in the optimizer. */
    @Test
    void lanesBeginAnew() throws IOException {
        LocalSteps<Sample> program =
                program(config("training.optimizer=adamw", "training.weight_decay=0.1", "training.clip_norm=0.5"));
        replica.fill(1f);
        List<Float> differences = new ArrayList<>();
        for (int lane : new int[] {0, 1, 0}) {
            replica.zeroGradients();
            program.run(0, 0, lane, pushed);
            differences.add(replica.gradient(2));
        }
        assertThat(differences.get(2)).isEqualTo(differences.get(0)).isNotEqualTo(differences.get(1));
    }

    /** The whole of it: all rounds and lanes in one loop of plain arithmetic in doubles, AdamW as its paper writes it. */
    @ParameterizedTest
    @ValueSource(strings = {"keep", "reset"})
    void roundsAreThoseOfAPlainLoop(String innerState) throws IOException {
        WeftConfig config = config(
                "sync.inner_state=" + innerState,
                "training.optimizer=adamw",
                "training.weight_decay=0.1",
                "training.learning_rates=['0:0.05']");
        InnerState inner = InnerState.of(config, LAYOUT);
        LocalSteps<Sample> program = program(config, inner);
        boolean keep = innerState.equals("keep");
        for (int element : new int[] {0, SIZE - 1}) { // One that decays, one that does not.
            float weight = 2;
            replica.fill(weight);
            for (int v = 0; v < inner.kept().size(); v++) {
                put(inner, v, 0);
            }
            PlainRun plain = new PlainRun(config, element == 0 ? 0.1 : 0, keep);
            for (int round = 0; round < 8; round = Math.min(8, round + 3)) {
                float moved = 0;
                float[] means = new float[inner.kept().size()];
                for (int lane = 0; lane < LANES; lane++) {
                    replica.zeroGradients();
                    program.run(round, round, lane, pushed);
                    moved += replica.gradient(element);
                    for (int v = 0; v < means.length; v++) {
                        means[v] += laneAt(inner, v, element);
                    }
                }
                plain.round(round, Math.min(8, round + 3));
                weight -= moved;
                assertThat(weight).as("mean of the lanes").isCloseTo((float) plain.weight, within(5e-6f));
                replica.fill(weight);
                for (int v = 0; v < means.length; v++) {
                    assertThat(means[v]).isCloseTo((float) plain.moments[v], within(5e-6f));
                    put(inner, v, means[v]);
                }
            }
        }
    }

    /** One lane, whose servers go where it led: the run is that of single steps, but for the rounding of the differences. */
    @Test
    void oneLanesRoundsAreSingleSteps() throws IOException {
        WeftConfig config = config(
                "training.lanes=1",
                "training.micro_batch=4",
                "training.optimizer=adamw",
                "training.weight_decay=0.1",
                "training.clip_norm=0.5",
                "training.learning_rates=['0:0.05']",
                "sync.outer_learning_rate=1",
                "sync.outer_momentum=0");
        replica.lanes = 1;
        Optimizer inside = Optimizer.of(config.training());
        float[] weights = filled(2f);
        float[][] moments = new float[2][SIZE];
        for (int step = 0; step < 8; step++) {
            float[] gradient = new float[SIZE];
            for (int i = 0; i < SIZE; i++) {
                gradient[i] = (float) (weights[i] - Bowl.target(step, 0));
            }
            float scale = new GradientClip(0.5).scale(Math.sqrt(GradientClip.sumOfSquares(gradient, SIZE)));
            Optimizer.State state = new Optimizer.State(gradient, weights, moments);
            inside.update(step, scale, state, new Optimizer.Segment(0, 6, true, 1));
            inside.update(step, scale, state, new Optimizer.Segment(6, SIZE, false, 1));
        }
        InnerState inner = InnerState.of(config, LAYOUT);
        LocalSteps<Sample> program = program(config, inner);
        Optimizer outside = Optimizer.ofServers(config);
        float[] rounds = filled(2f);
        float[] velocity = new float[SIZE];
        for (int round = 0; round < 8; round = Math.min(8, round + 3)) {
            for (int i = 0; i < SIZE; i++) {
                replica.parameters.putFloat(i * Float.BYTES, rounds[i]);
            }
            replica.zeroGradients();
            program.run(round, round, 0, pushed);
            float[] difference = new float[SIZE];
            for (int i = 0; i < SIZE; i++) {
                difference[i] = replica.gradient(i);
            }
            outside.update(
                    round,
                    1f,
                    new Optimizer.State(difference, rounds, velocity),
                    new Optimizer.Segment(0, SIZE, false, 1));
            for (int v = 0; v < 2; v++) {
                for (int i = 0; i < LAYOUT.bucketCount(); i++) {
                    inner.means(v)[i].put(
                            0, inner.lane(v, i), 0, LAYOUT.bucket(i).bytes());
                }
            }
        }
        assertThat(rounds).containsExactly(weights, within(1e-6f));
    }

    private static float[] filled(float value) {
        float[] all = new float[SIZE];
        Arrays.fill(all, value);
        return all;
    }

    /** One element of a run whose servers take the plain mean of where lanes led. */
    private static final class PlainRun {
        final double[] moments = new double[2];
        final double beta1;
        final double beta2;
        final double epsilon;
        final double decay;
        final boolean keep;
        double weight = 2;

        PlainRun(WeftConfig config, double decay, boolean keep) {
            this.beta1 = config.training().beta1();
            this.beta2 = config.training().beta2();
            this.epsilon = config.training().epsilon();
            this.decay = decay;
            this.keep = keep;
        }

        void round(int from, int to) {
            double[] sums = new double[3];
            for (int lane = 0; lane < LANES; lane++) {
                double w = weight;
                double m = keep ? moments[0] : 0;
                double v = keep ? moments[1] : 0;
                for (int step = from; step < to; step++) {
                    double gradient = w - Bowl.target(step, lane);
                    int t = keep ? step + 1 : step - from + 1;
                    m = beta1 * m + (1 - beta1) * gradient;
                    v = beta2 * v + (1 - beta2) * gradient * gradient;
                    double corrected = m / (1 - Math.pow(beta1, t));
                    double root = Math.sqrt(v / (1 - Math.pow(beta2, t)));
                    w = w - 0.05 * decay * w - 0.05 * corrected / (root + epsilon);
                }
                sums[0] += w / LANES;
                sums[1] += m / LANES;
                sums[2] += v / LANES;
            }
            weight = sums[0];
            moments[0] = sums[1];
            moments[1] = sums[2];
        }
    }

    private static void put(InnerState inner, int vector, float value) {
        for (int i = 0; i < SIZE; i++) {
            ByteBuffer bucket = inner.means(vector)[LAYOUT.bucketOf(i)];
            bucket.putFloat((int) (i - LAYOUT.bucket(LAYOUT.bucketOf(i)).offset()) * Float.BYTES, value);
        }
    }

    private static float laneAt(InnerState inner, int vector, int element) {
        int bucket = LAYOUT.bucketOf(element);
        int within = (int) (element - LAYOUT.bucket(bucket).offset()) * Float.BYTES;
        return inner.lane(vector, bucket).getFloat(within);
    }

    @Test
    void whatIsNotFiniteShowsInTheLossAndMovesNothing() throws IOException {
        replica.fill(1f);
        replica.wrongAt = 4;
        LaneLoss loss = program(config()).run(3, 3, 0, pushed);
        assertThat(loss.part()).isNaN();
        assertThat(replica.steps).doesNotContain(5);
        assertThat(replica.weight(0)).isEqualTo(1f);
        assertThat(announced).hasSize(1);
    }

    /** What the replica computes with. */
    private record Sample() implements MicroBatch {
        @Override
        public long targetCount() {
            return 1;
        }
    }

    private static final class Samples implements BatchSource<Sample> {
        @Override
        public Sample training(int step, int lane, int microBatch) {
            return new Sample();
        }

        @Override
        public double targets(int step) {
            return 8;
        }

        @Override
        public Sample validation(int index) {
            return new Sample();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class Bowl implements Replica<Sample> {
        final List<Integer> steps = new ArrayList<>();
        private final ByteBuffer parameters = vector();
        private final ByteBuffer gradients = vector();
        private int wrongAt = -1;
        private int lanes = LANES;

        static double target(int step, int lane) {
            return 0.5 * step - lane;
        }

        private static ByteBuffer vector() {
            return ByteBuffer.allocateDirect(SIZE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }

        void fill(float value) {
            for (int i = 0; i < SIZE; i++) {
                parameters.putFloat(i * Float.BYTES, value);
            }
        }

        float weight(int i) {
            return parameters.getFloat(i * Float.BYTES);
        }

        float gradient(int i) {
            return gradients.getFloat(i * Float.BYTES);
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
        public ByteBuffer gradients(long offset, int length) {
            return gradients
                    .slice((int) offset * Float.BYTES, length * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void parametersWritten(long offset, long length) {
            assertThat(length).isEqualTo(SIZE);
        }

        @Override
        public void zeroGradients() {
            for (int i = 0; i < SIZE; i++) {
                gradients.putFloat(i * Float.BYTES, 0);
            }
        }

        /** Two micro-batches of two targets of the lane each: a half of the gradient. */
        @Override
        public double accumulateGradient(
                Sample batch, double normalizer, MicroBatchKey key, GradientListener listener) {
            assertThat(normalizer).isEqualTo(8.0 / lanes);
            steps.add(key.step());
            double away = weight(0) - target(key.step(), key.lane());
            for (int i = 0; i < SIZE; i++) {
                float slope = (float) (weight(i) - target(key.step(), key.lane()));
                float part = key.step() == wrongAt ? Float.NaN : slope / 2;
                gradients.putFloat(i * Float.BYTES, gradient(i) + part);
            }
            listener.rangeReady(0, SIZE);
            return away * away / 2 / 2;
        }

        @Override
        public double loss(Sample batch) {
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
}
