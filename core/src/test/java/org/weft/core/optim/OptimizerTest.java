package org.weft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.Decay;
import org.weft.core.config.WeftConfig;

class OptimizerTest {
    /** Made by bench/peers/adamw.py, which says how. */
    private static final Path GOLDEN = Path.of("..", "bench", "peers", "adamw_golden.txt");

    private static final int ELEMENTS = 8;

    @ParameterizedTest
    @ValueSource(strings = {"0.0", "1.0"})
    void agreesWithPyTorchOverAHundredSteps(String clip) throws IOException {
        Map<String, double[]> golden = golden();
        TrainingConfig training = training(
                "training.learning_rate=1e-2",
                "training.min_learning_rate=1e-2",
                "training.warmup_steps=0",
                "training.clip_norm=" + clip);
        Optimizer optimizer = Optimizer.of(training);
        float[] weights = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            weights[i] = (float) Math.sin(i + 1);
        }
        Optimizer.State state =
                new Optimizer.State(new float[ELEMENTS], weights, new float[ELEMENTS], new float[ELEMENTS]);
        int compared = 0;
        for (int step = 0; step < 100; step++) {
            for (int i = 0; i < ELEMENTS; i++) {
                state.gradient()[i] = (float) (Math.cos(0.1 * step * (i + 1)) * (1 + 0.5 * i));
            }
            double norm = GradientClip.norm(new double[] {GradientClip.sumOfSquares(state.gradient(), ELEMENTS)});
            float scale = new GradientClip(training.clipNorm()).scale(norm);
            optimizer.update(step, scale, state, new Optimizer.Segment(0, 5, true, 1));
            optimizer.update(step, scale, state, new Optimizer.Segment(5, ELEMENTS, true, 1));
            double[] expected = golden.get("clip=" + clip + " step=" + (step + 1));
            for (int i = 0; expected != null && i < ELEMENTS; i++) {
                assertThat((double) weights[i]).isCloseTo(expected[i], within(1e-6));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(3 * ELEMENTS);
    }

    private static Map<String, double[]> golden() throws IOException {
        Map<String, double[]> tables = new HashMap<>();
        for (String line : Files.readAllLines(GOLDEN)) {
            String[] words = line.split(" ");
            if (words[0].startsWith("clip=")) {
                double[] values = Arrays.stream(words, 2, words.length)
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                tables.put(words[0] + " " + words[1], values);
            }
        }
        return tables;
    }

    @Test
    void decaysOnlyWhereAskedAndTouchesOnlyItsElements() {
        Optimizer optimizer = Optimizer.of(
                training("training.learning_rate=0.1", "training.min_learning_rate=0.1", "training.warmup_steps=0"));
        float[] weights = {1, 1, 1};
        Optimizer.State state = new Optimizer.State(new float[3], weights, new float[3], new float[3]);
        optimizer.update(0, 1f, state, new Optimizer.Segment(0, 1, true, 1));
        optimizer.update(0, 1f, state, new Optimizer.Segment(1, 2, false, 1));
        assertThat(weights).containsExactly(0.99f, 1f, 1f);
        state.gradient()[2] = 4f;
        optimizer.update(0, 0.5f, state, new Optimizer.Segment(2, 3, false, 1));
        assertThat(weights[2]).isCloseTo(0.9f, within(1e-6f)); // The first step is the learning rate's sign.
        assertThat(state.vectors()[0][2]).isCloseTo(0.2f, within(1e-6f));
    }

    /** Where the next gradient is what all before it were, a prediction is the update itself. */
    @ParameterizedTest
    @ValueSource(strings = {"adamw", "adam", "amsgrad", "nesterov"})
    void predictsTheUpdateOfASteadyGradient(String name) {
        Optimizer optimizer = Optimizer.of(training(
                "training.optimizer=" + name,
                "training.learning_rate=1e-2",
                "training.min_learning_rate=1e-2",
                "training.warmup_steps=0",
                "training.weight_decay=" + (name.equals("adamw") ? "0.1" : "0")));
        Optimizer.State state =
                Optimizer.State.fresh(optimizer, new float[] {2f, -3f, 0f, 5f}, new float[] {1, 1, 1, 1});
        Optimizer.Segment segment = new Optimizer.Segment(0, 3, true, 0.5);
        for (int step = 0; step < 200; step++) {
            optimizer.update(step, 1f, state, segment);
        }
        float[] predicted = state.weights().clone();
        float[][] vectors = state.vectors();
        float[] moment = vectors[0].clone();
        optimizer.predict(200, 200, predicted, vectors, segment);
        assertThat(vectors[0]).as("what is kept stays").isEqualTo(moment);
        assertThat(predicted[3]).as("another's element").isEqualTo(1f);
        optimizer.update(200, 1f, state, segment);
        for (int i = 0; i < 3; i++) {
            assertThat(predicted[i]).isCloseTo(state.weights()[i], within(1e-5f));
        }
    }

    @Test
    void predictsWithTheNextStepsRateAndCorrectionOfBias() {
        Optimizer optimizer =
                Optimizer.of(training("training.learning_rates=['0:0.1', '1:0.2']", "training.weight_decay=0"));
        float[] weights = {1f};
        Optimizer.State state = new Optimizer.State(new float[] {4f}, weights, new float[1], new float[1]);
        Optimizer.Segment segment = new Optimizer.Segment(0, 1, false, 1);
        optimizer.update(0, 1f, state, segment);
        float[] predicted = weights.clone();
        optimizer.predict(1, 1, predicted, state.vectors(), segment);
        // m = 0.4 and v = 0.8, corrected as after two updates: 0.4 / 0.19 and 0.8 / 0.0975.
        double move = 0.2 * (0.4 / 0.19) / (Math.sqrt(0.8 / 0.0975) + 1e-8);
        assertThat(predicted[0]).isCloseTo((float) (weights[0] - move), within(1e-5f));
    }

    /** Of servers whose lanes take rounds from step 2 on: before that the run's optimizer by itself, beside a velocity of zero. */
    @ParameterizedTest
    @ValueSource(strings = {"keep", "reset"})
    void roundsBeginWithWhatTheStepsBeforeThemLeft(String innerState) {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: /x}",
                List.of(
                        "sync.mode=local",
                        "sync.warmup_steps=2",
                        "sync.inner_state=" + innerState,
                        "sync.outer_momentum=0.5",
                        "checkpoint.every=50",
                        "training.eval_every=0"));
        Optimizer servers = Optimizer.ofServers(config);
        Optimizer alone = Optimizer.of(config.training());
        assertThat(Optimizer.keptByServers(config))
                .containsExactly(StateVector.VELOCITY, StateVector.EXP_AVG, StateVector.EXP_AVG_SQ);
        float[][] kept = new float[3][1];
        Optimizer.State state = new Optimizer.State(new float[] {2f}, new float[] {1f}, kept);
        Optimizer.State twin = Optimizer.State.fresh(alone, new float[] {2f}, new float[] {1f});
        Optimizer.Segment segment = new Optimizer.Segment(0, 1, true, 0.5);
        for (int step = 0; step < 2; step++) {
            servers.update(step, 0.5f, state, segment);
            alone.update(step, 0.5f, twin, segment);
        }
        assertThat(state.weights()).isEqualTo(twin.weights());
        assertThat(new float[][] {kept[1], kept[2]}).isEqualTo(twin.vectors());
        assertThat(kept[0]).containsExactly(0f);
        float before = state.weights()[0];
        servers.update(
                2, 1f, state,
                segment); // The outer rate is 1: once and a half, without decay, whatever the parameter's own rate is.
        assertThat(state.weights()[0]).isCloseTo(before - 1.5f * 2f, within(1e-6f));
        assertThat(kept[0]).containsExactly(-2f);
        boolean keep = innerState.equals("keep");
        assertThat(new float[][] {kept[1], kept[2]}).isEqualTo(keep ? twin.vectors() : new float[2][1]);
    }

    @Test
    void expectsNothingOfWhatKeepsNothing() {
        Optimizer optimizer = Optimizer.of(training("training.optimizer=sgd", "training.weight_decay=0.1"));
        float[] weights = {1f};
        optimizer.predict(5, 5, weights, new float[0][], new Optimizer.Segment(0, 1, true, 1));
        assertThat(weights).containsExactly(1f);
    }

    @Test
    void warmsUpLinearlyThenFollowsTheCosine() {
        LearningRateSchedule schedule = cosine(1.0, 0.1, 10, 110);
        assertThat(schedule.at(0)).isCloseTo(0.1, within(1e-12));
        assertThat(schedule.at(4)).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.at(9)).isCloseTo(1.0, within(1e-12));
        assertThat(schedule.at(10)).isCloseTo(1.0, within(1e-12));
        assertThat(schedule.at(35)).isCloseTo(0.1 + 0.45 * (1 + Math.sqrt(0.5)), within(1e-12));
        assertThat(schedule.at(60)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.at(110)).isEqualTo(0.1);
        assertThat(schedule.at(5000)).isEqualTo(0.1);
    }

    private static LearningRateSchedule cosine(double peak, double least, int warmupSteps, int steps) {
        return WarmupStableDecay.downFromWarmup(peak, least, warmupSteps, steps, Decay.COSINE);
    }

    @Test
    void staysAtThePeakUntilItDecays() {
        LearningRateSchedule schedule = new WarmupStableDecay(1.0, 0.1, 10, 80, 100, Decay.SQRT);
        assertThat(schedule.at(4)).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.at(10)).isEqualTo(1.0);
        assertThat(schedule.at(80)).isEqualTo(1.0);
        assertThat(schedule.at(85)).isCloseTo(0.1 + 0.9 * 0.5, within(1e-12));
        assertThat(schedule.at(99)).isGreaterThan(0.1);
        assertThat(schedule.at(100)).isEqualTo(0.1);
        assertThat(new WarmupStableDecay(1.0, 0.1, 10, 80, 100, Decay.LINEAR).at(85))
                .isCloseTo(0.1 + 0.9 * 0.75, within(1e-12));
        assertThat(new WarmupStableDecay(1.0, 0.1, 10, 80, 100, Decay.COSINE).at(90))
                .isCloseTo(0.55, within(1e-12));
    }

    @Test
    void schedulesAreThoseOfTheConfiguration() {
        String[] steps = {"training.steps=100", "training.warmup_steps=10"};
        String[] rates = {"training.learning_rate=1", "training.min_learning_rate=0.2"};
        assertThat(scheduled(steps, rates, "training.schedule=linear").at(55)).isCloseTo(0.6, within(1e-12));
        assertThat(scheduled(steps, rates, "training.schedule=constant").at(99)).isEqualTo(1);
        assertThat(scheduled(steps, rates, "training.schedule=wsd").at(79)).isEqualTo(1);
        assertThat(scheduled(steps, rates, "training.schedule=wsd").at(81)).isLessThan(1);
        assertThat(scheduled(steps, rates, "training.schedule=wsd", "training.decay_steps=10")
                        .at(90))
                .isEqualTo(1);
        assertThat(scheduled(steps, rates, "training.schedule=wsd", "training.decay_steps=90")
                        .at(11))
                .isLessThan(1);
    }

    private static LearningRateSchedule scheduled(String[] steps, String[] rates, String... settings) {
        return LearningRateSchedule.of(
                training(Stream.of(steps, rates, settings).flatMap(Stream::of).toArray(String[]::new)));
    }

    @Test
    void aScheduleWithoutWarmupOrLengthIsDefined() {
        assertThat(cosine(1.0, 0.1, 0, 10).at(0)).isEqualTo(1.0);
        assertThat(cosine(1.0, 0.1, 10, 10).at(9)).isEqualTo(1.0);
        assertThat(cosine(1.0, 0.1, 10, 5).at(4)).isEqualTo(0.5);
        assertThat(cosine(1.0, 0.1, 0, 0).at(0)).isEqualTo(0.1);
    }

    /** torch.nn.utils.clip_grad_norm_: clamp(limit / (norm + 1e-6), max=1). */
    @Test
    void clipsAsPyTorchDoes() {
        for (double norm : new double[] {0, 1e-9, 0.5, 1 - 2e-6, 1 - 1e-6, 1, 1 + 1e-7, 2, 1e9}) {
            float expected = (float) Math.min(1.0, 1.0 / (norm + 1e-6));
            assertThat(new GradientClip(1.0).scale(norm)).as("norm %s", norm).isEqualTo(expected);
        }
        assertThat(new GradientClip(0).scale(1e9)).isEqualTo(1f);
        assertThat(new GradientClip(2.5).scale(10)).isEqualTo((float) (2.5 / (10 + 1e-6)));
    }

    @Test
    void sumsSquaresInFloat64() {
        float[] gradient = new float[10_003];
        Arrays.fill(gradient, 1e-4f);
        double square = (double) 1e-4f * 1e-4f;
        assertThat(GradientClip.sumOfSquares(gradient, 10_001)).isCloseTo(10_001 * square, within(1e-15));
        assertThat(GradientClip.sumOfSquares(new float[] {1e30f, 1e30f}, 2)).isFinite();
        assertThat(GradientClip.norm(new double[] {9, 16})).isEqualTo(5);
        assertThat(GradientClip.norm(new double[] {9, Double.NaN})).isNaN();
    }

    private static TrainingConfig training(String... overrides) {
        return ConfigLoader.load("test", "run: {dir: /x}", List.of(overrides)).training();
    }
}
