package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
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

    /** Each step goes a quarter of the way to the target of its step and lane. */
    @Test
    void theDifferenceIsPushedAndTheRoundsParametersStay() throws IOException {
        replica.fill(2f);
        LaneLoss loss = new LocalSteps<>(config(), replica, new Samples()).run(3, 1, pushed);
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
        new LocalSteps<>(config(), replica, new Samples()).run(6, 0, pushed);
        assertThat(replica.steps).containsExactly(6, 6, 7, 7);
    }

    /** A second lane, and the same lane once more, do not see what the first left in the optimizer. */
    @Test
    void lanesBeginAnew() throws IOException {
        LocalSteps<Sample> program = new LocalSteps<>(
                config("training.optimizer=adamw", "training.weight_decay=0.1", "training.clip_norm=0.5"),
                replica,
                new Samples());
        replica.fill(1f);
        List<Float> differences = new ArrayList<>();
        for (int lane : new int[] {0, 1, 0}) {
            replica.zeroGradients();
            program.run(0, lane, pushed);
            differences.add(replica.gradient(2));
        }
        assertThat(differences.get(2)).isEqualTo(differences.get(0)).isNotEqualTo(differences.get(1));
    }

    @Test
    void whatIsNotFiniteShowsInTheLossAndMovesNothing() throws IOException {
        replica.fill(1f);
        replica.wrongAt = 4;
        LaneLoss loss = new LocalSteps<>(config(), replica, new Samples()).run(3, 0, pushed);
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
            assertThat(normalizer).isEqualTo(8.0 / LANES);
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
