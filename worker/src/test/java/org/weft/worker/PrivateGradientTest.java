package org.weft.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import org.weft.core.privacy.GradientPrivacy;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;

/** Lanes' sums of clipped gradients beside the same, computed one by one in doubles. */
class PrivateGradientTest {
    private static final int SIZE = 11;
    private static final int LANES = 4;
    private static final int BATCH = 8;
    private static final int EXAMPLES = 30;
    private static final double NORM = 2.5;
    /** Asks for nothing. */
    private static final int EMPTY = 17;

    private static final ParameterLayout LAYOUT = ParameterLayout.builder(4)
            .add("matrix", List.of(6), true, Initializer.ZEROS)
            .add("vector", List.of(SIZE - 6), false, Initializer.ZEROS)
            .build();

    private static final WeftConfig CONFIG = config(BATCH);
    private static final GradientPrivacy PRIVACY = privacy(CONFIG);

    private final Slopes replica = new Slopes();
    private final List<String> announced = new ArrayList<>();

    private static WeftConfig config(int globalBatch) {
        return ConfigLoader.load(
                "test",
                "run: {dir: /x}",
                List.of(
                        "training.lanes=" + LANES,
                        "training.global_batch=" + globalBatch,
                        "training.micro_batch=1",
                        "training.clip_norm=0",
                        "privacy.noise_multiplier=1",
                        "privacy.max_grad_norm=" + NORM,
                        "privacy.target_delta=1.0e-5",
                        "privacy.seed_variable=SEED"));
    }

    private static GradientPrivacy privacy(WeftConfig config) {
        return GradientPrivacy.of(config, EXAMPLES, "sixteen bytes or more".getBytes(UTF_8));
    }

    private LaneLoss run(int step, int lane) throws IOException {
        return run(CONFIG, PRIVACY, step, lane);
    }

    private LaneLoss run(WeftConfig config, GradientPrivacy privacy, int step, int lane) throws IOException {
        return new PrivateGradient<>(config, replica, new Examples(), privacy)
                .run(step, step, lane, (offset, length) -> announced.add(offset + "+" + length));
    }

    @Test
    void lanesAddUpToTheExamplesThatAreDrawnEachClipped() throws IOException {
        int clipped = 0;
        int whole = 0;
        for (int step = 0; step < 20; step++) {
            double[] expected = new double[SIZE];
            double losses = 0;
            long[] drawn = PRIVACY.drawn(step);
            for (long example : drawn) {
                double norm = 0;
                for (int i = 0; i < SIZE; i++) {
                    norm += Math.pow(Slopes.slope((int) example, i), 2);
                }
                norm = Math.sqrt(norm);
                clipped += norm > NORM ? 1 : 0;
                whole += norm > NORM ? 0 : 1;
                for (int i = 0; i < SIZE && example != EMPTY; i++) {
                    expected[i] += Slopes.slope((int) example, i) * Math.min(1, NORM / norm) / BATCH;
                }
                losses += example == EMPTY ? 0 : example;
            }
            double[] sum = new double[SIZE];
            double loss = 0;
            for (int lane = 0; lane < LANES; lane++) {
                loss += run(step, lane).part();
                for (int i = 0; i < SIZE; i++) {
                    sum[i] += replica.gradients.getFloat(i * Float.BYTES);
                }
            }
            assertThat(sum).as("step %d", step).containsExactly(expected, within(1e-5));
            assertThat(loss).isCloseTo(drawn.length == 0 ? 0 : losses / drawn.length, within(1e-9));
        }
        assertThat(clipped).isPositive();
        assertThat(whole).isPositive();
        assertThat(announced).hasSize(20 * LANES).containsOnly("0+" + SIZE);
    }

    /** A batch of every example, as one lane and another get them. */
    @Test
    void lanesTakeTurns() throws IOException {
        WeftConfig config = ConfigLoader.load(
                "test", ConfigLoader.toYaml(CONFIG), List.of("training.lanes=2", "training.global_batch=30"));
        run(config, privacy(config), 0, 1);
        assertThat(replica.seen).startsWith(1, 3, 5).doesNotContain(EMPTY).hasSize(14);
        assertThat(replica.keys).doesNotHaveDuplicates();
    }

    /** Which is the same step for whoever computes it, and after whatever. */
    @Test
    void whatWasComputedBeforeLeavesNothing() throws IOException {
        run(3, 1);
        float first = replica.gradients.getFloat(0);
        run(4, 2);
        run(3, 1);
        assertThat(replica.gradients.getFloat(0)).isEqualTo(first);
    }

    @Test
    void aLaneWithoutExamplesPushesZeros() throws IOException {
        WeftConfig few = config(LANES);
        GradientPrivacy privacy = privacy(few);
        int step = 0;
        while (privacy.drawn(step).length >= LANES) {
            step++;
        }
        replica.gradients.putFloat(0, 9f);
        LaneLoss loss = run(few, privacy, step, LANES - 1);
        assertThat(loss.part()).isZero();
        assertThat(replica.gradients.getFloat(0)).isZero();
        assertThat(announced).containsExactly("0+" + SIZE);
    }

    @Test
    void aGradientThatIsNotFiniteShows() throws IOException {
        replica.wrong = true;
        WeftConfig many = config(EXAMPLES / LANES * LANES);
        run(many, privacy(many), 0, 0);
        assertThat(replica.gradients.getFloat(0)).isNaN();
    }

    /** What the replica computes with. */
    private record Sample(int number) implements MicroBatch {
        @Override
        public long targetCount() {
            return number == EMPTY ? 0 : 1 + number % 3;
        }
    }

    private static final class Examples implements BatchSource<Sample> {
        @Override
        public Sample training(int step, int lane, int microBatch) {
            throw new IllegalStateException("a private step draws its examples");
        }

        @Override
        public double targets(int step) {
            throw new IllegalStateException("each example's loss is its own mean");
        }

        @Override
        public long examples() {
            return EXAMPLES;
        }

        @Override
        public Sample example(int step, long number) {
            return new Sample((int) number);
        }

        @Override
        public Sample validation(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** An example's gradient is a function of its number. */
    private static final class Slopes implements Replica<Sample> {
        final ByteBuffer gradients =
                ByteBuffer.allocateDirect(SIZE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final List<Integer> seen = new ArrayList<>();
        final List<MicroBatchKey> keys = new ArrayList<>();
        boolean wrong;

        static double slope(int example, int i) {
            return Math.sin(example + 0.7 * i) * (1 + example % 4);
        }

        @Override
        public ParameterLayout layout() {
            return LAYOUT;
        }

        @Override
        public ByteBuffer parameters(long offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuffer gradients(long offset, int length) {
            return gradients
                    .slice((int) offset * Float.BYTES, length * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void parametersWritten(long offset, long length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void zeroGradients() {
            for (int i = 0; i < SIZE; i++) {
                gradients.putFloat(i * Float.BYTES, 0);
            }
        }

        @Override
        public double accumulateGradient(
                Sample batch, double normalizer, MicroBatchKey key, GradientListener listener) {
            assertThat(normalizer).as("its own mean").isEqualTo(batch.targetCount());
            assertThat(listener).as("windows are to be current").isNotSameAs(GradientListener.NONE);
            seen.add(batch.number());
            keys.add(key);
            for (int i = 0; i < SIZE; i++) {
                float slope = wrong ? Float.NaN : (float) slope(batch.number(), i);
                gradients.putFloat(i * Float.BYTES, gradients.getFloat(i * Float.BYTES) + slope);
            }
            listener.rangeReady(0, SIZE);
            return batch.number();
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
