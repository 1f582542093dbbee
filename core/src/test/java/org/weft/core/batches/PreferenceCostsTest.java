package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.config.FinetuneConfig.PreferenceLossName;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;
import org.weft.core.scores.PreferenceScores;

class PreferenceCostsTest {
    /** Values of TRL's formulas, computed by hand. */
    @ParameterizedTest
    @CsvSource({
        "SIGMOID, 0.1, 0,   0,    0.6931471805599453",
        "SIGMOID, 0.1, 0,   5,    0.4740769841801067",
        "SIGMOID, 0.1, 0.2, 5,    0.5740769841801067",
        "SIGMOID, 2,   0,   -600, 1200",
        "HINGE,   0.5, 0,   1,    0.5",
        "HINGE,   0.5, 0,   3,    0",
        "IPO,     0.5, 0,   3,    4"
    })
    void aPairCostsWhatTheFormulaSays(
            PreferenceLossName kind, double beta, double smoothing, double margin, double expected) {
        PreferenceLoss loss = new PreferenceLoss(kind, beta, smoothing);
        assertThat(loss.value(margin)).isCloseTo(expected, within(1e-12));
        double h = 1e-6;
        assertThat(loss.slope(margin))
                .isCloseTo((loss.value(margin + h) - loss.value(margin - h)) / (2 * h), within(1e-6));
    }

    @Test
    void sumsAreOfPairsAndSurviveTallies() {
        Targets.Tokens tokens = new Targets.Tokens(new int[] {1, 2, -1, 3, 4, 4, 1, -1});
        Targets.Preferences asked = new Targets.Preferences(
                tokens, new float[] {-3, -4, -5, -6}, new PreferenceLoss(PreferenceLossName.SIGMOID, 0.5, 0));
        assertThat(asked.count(4)).isEqualTo(2);
        PreferenceCosts costs = asked.costs(new double[] {2, 4.5, 6, 5});
        assertThat(costs.scores()).isEqualTo(new PreferenceScores(2, 0, -0.25 + 0.5, 1, -1 + 0.5 + 1 - 1));
        assertThat(PreferenceScores.of(costs.scores().tallies())).isEqualTo(costs.scores());
        assertThat(costs.scores().means()).containsEntry("accuracy", 0.5).containsEntry("rewards_margin", -0.125);
        assertThat(costs.slopes()[0]).isEqualTo(-costs.slopes()[1]).isPositive();
    }

    @Test
    void whatIsNoNumberIsNoneInTheEnd() {
        PreferenceScores lost = PreferenceScores.ofPair(Double.NaN, 0.5, Double.POSITIVE_INFINITY);
        PreferenceScores both = PreferenceScores.of(List.of(0, 1, 2, 3).stream()
                .map(i -> lost.tallies()
                        .get(i)
                        .plus(PreferenceScores.ofPair(1, 0, 1).tallies().get(i)))
                .toList());
        assertThat(both.chosen()).isNaN();
        assertThat(both.rejected()).isEqualTo(0.5);
        assertThat(both.kl()).isNaN();
        assertThat(both.right()).isEqualTo(1);
    }

    @Test
    void partsOfAnExampleComeApartAgain() {
        Example first = new Example(new int[] {1, 2, 3}, 3, new int[] {-1, 4, 5}, null, 1);
        Example second = new Example(new int[] {6}, 1, new int[] {7}, null, 1);
        Example joined = ExampleParts.with(ExampleParts.joined(List.of(first, second)), -1.5f, 2);
        assertThat(joined.tokens()).containsExactly(1, 2, 3, 6);
        assertThat(ExampleParts.numbers(joined)).containsExactly(-1.5f, 2);
        List<Example> parts = ExampleParts.of(joined);
        assertThat(parts).hasSize(2);
        assertThat(parts.get(0).targets()).containsExactly(-1, 4, 5);
        assertThat(parts.get(1).tokens()).containsExactly(6);
        Batch answers = PreferenceBatch.answers(List.of(joined));
        assertThat(answers.lengths()).containsExactly(3, 1);
        assertThat(answers.inputs()).containsExactly(1, 2, 3, 6, 0, 0);
    }
}
