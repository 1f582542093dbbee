package org.weft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.params.ParameterRule;

class PyTorchOptimizersTest {
    /** Made by bench/peers/optimizers.py, which says how. */
    private static final Path GOLDEN = Path.of("..", "bench", "peers", "optimizers_golden.txt");

    private static final int ELEMENTS = 8;

    @ParameterizedTest
    @CsvSource({"sgd, 0", "nesterov, 1", "adam, 2", "adamw, 2", "amsgrad, 3"})
    void agreesWithPyTorchOverAHundredSteps(String name, int vectors) throws IOException {
        Optimizer optimizer = Optimizer.of(training("training.optimizer=" + name));
        assertThat(optimizer.state()).hasSize(vectors);
        float[] weights = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            weights[i] = (float) Math.sin(i + 1);
        }
        Optimizer.State state = Optimizer.State.fresh(optimizer, new float[ELEMENTS], weights);
        int compared = 0;
        for (int step = 0; step < 100; step++) {
            for (int i = 0; i < ELEMENTS; i++) {
                state.gradient()[i] = (float) (Math.cos(0.1 * step * (i + 1)) * (1 + 0.5 * i));
            }
            optimizer.update(step, 1f, state, new Optimizer.Segment(0, 3, true, 1));
            optimizer.update(step, 1f, state, new Optimizer.Segment(3, ELEMENTS, true, 1));
            double[] expected = golden(name, step + 1);
            for (int i = 0; expected != null && i < ELEMENTS; i++) {
                assertThat((double) weights[i])
                        .as("step %d element %d", step + 1, i)
                        .isCloseTo(expected[i], within(2e-6));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(3 * ELEMENTS);
    }

    @Test
    void aParameterMayHaveItsOwnTerms() {
        TrainingConfig training = training("training.optimizer=sgd", "training.weight_decay=0", "training.clip_norm=0");
        Optimizer sgd = Optimizer.of(training);
        float[] weights = {2f, -2f, 2f, 2f, 2f};
        Optimizer.State state = Optimizer.State.fresh(sgd, new float[] {1f, 1f, 8f, 1f, 1f}, weights);
        update(sgd, state, 0, new ParameterRule(false, 1, 0.5, 0, 0, 0, false));
        update(sgd, state, 1, new ParameterRule(false, 1, 0, 0.25, 0, 0, false));
        update(sgd, state, 2, new ParameterRule(false, 10, 0, 0, 0, 4, false));
        update(sgd, state, 3, new ParameterRule(false, 1, 0, 0, 3, 0, false));
        update(sgd, state, 4, ParameterRule.DIRECT);
        assertThat(weights[0]).isCloseTo(2f - 0.01f * 1.5f, within(1e-6f)); // g + l1 sign(w)
        assertThat(weights[1]).isCloseTo(-2f - 0.01f * 0.5f, within(1e-6f)); // g + l2 w
        assertThat(weights[2]).isCloseTo(2f - 0.1f * 4f, within(1e-6f)); // ten times the rate, clipped at 4
        assertThat(weights[3]).isCloseTo(2f * (1 - 0.01f * 3) - 0.01f, within(1e-6f)); // decoupled
        assertThat(weights[4]).isEqualTo(1f); // as it is
        assertThat(sgd.changesGradient(ParameterRule.PLAIN)).isFalse();
        assertThat(sgd.changesGradient(new ParameterRule(false, 1, 0, 0, 0, 4, false)))
                .isTrue();
    }

    /** Kingma and Ba, end of section 2: the same but for epsilon, which counts where second moments are tiny. */
    @Test
    void epsilonStandsWhereItIsAskedFor() {
        float gradient = 1e-8f;
        float[] here = step(training("training.optimizer=adam", "training.weight_decay=0"), gradient);
        float[] hat = step(
                training("training.optimizer=adam", "training.weight_decay=0", "training.epsilon_hat=true"), gradient);
        assertThat(here[0]).isCloseTo(-0.01f * 0.5f, within(1e-6f)); // g / (g + epsilon)
        double root = Math.sqrt(0.05);
        assertThat((double) hat[0]).isCloseTo(-0.01 * root * 1e-8 / (root * 1e-8 + 1e-8), within(1e-6));
    }

    private static float[] step(TrainingConfig training, float gradient) {
        Optimizer optimizer = Optimizer.of(training);
        assertThat(optimizer.state()).containsExactly(StateVector.EXP_AVG, StateVector.EXP_AVG_SQ);
        Optimizer.State state = Optimizer.State.fresh(optimizer, new float[] {gradient}, new float[1]);
        optimizer.update(0, 1f, state, new Optimizer.Segment(0, 1, true, 1));
        return state.weights();
    }

    @Test
    void ratesHoldUntilTheNext() {
        TrainingConfig training = ConfigLoader.load(
                        "test",
                        "run: {dir: /x}\ntraining: {learning_rates: ['0:0.5', '10:0.25', '20:1e-3']}",
                        List.of())
                .training();
        LearningRateSchedule schedule = LearningRateSchedule.of(training);
        assertThat(schedule.at(0)).isEqualTo(0.5);
        assertThat(schedule.at(9)).isEqualTo(0.5);
        assertThat(schedule.at(10)).isEqualTo(0.25);
        assertThat(schedule.at(500)).isEqualTo(1e-3);
        assertThatThrownBy(() -> LearningRateTable.parse(List.of("5:0.1")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("none for step 0");
        assertThatThrownBy(() -> LearningRateTable.parse(List.of("0:1..2")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("0:1..2");
    }

    private static void update(Optimizer optimizer, Optimizer.State state, int element, ParameterRule rule) {
        optimizer.update(0, 1f, state, new Optimizer.Segment(element, element + 1, rule, false));
    }

    private static double[] golden(String name, int step) throws IOException {
        String prefix = "optimizer=" + name + " step=" + step + " ";
        return GoldenNumbers.after(prefix, GOLDEN);
    }

    private static TrainingConfig training(String... overrides) {
        List<String> all = new ArrayList<>(
                List.of("training.learning_rate=1e-2", "training.min_learning_rate=1e-2", "training.warmup_steps=0"));
        all.addAll(List.of(overrides));
        return ConfigLoader.load("test", "run: {dir: /x}", all).training();
    }
}
