package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

class ClassPredictionsTest {
    private static final List<String> NAMES = List.of("bad", "good");

    @Test
    void logitsBecomeProbabilities() {
        ClassPredictions predictions = ClassPredictions.ofLogits(
                NAMES,
                List.of(
                        new ClassPredictions.Logits(1, new float[] {0, (float) Math.log(3)}),
                        new ClassPredictions.Logits(0, new float[] {1000, -1000})));
        assertThat(predictions.probability(0, 1)).isCloseTo(0.75, within(1e-7));
        assertThat(predictions.probability(1, 0)).isEqualTo(1);
        assertThat(predictions.metrics()).containsEntry("accuracy", 1.0);
        assertThat(predictions.expected(0)).isEqualTo("good");
        assertThat(predictions.predicted(0)).isEqualTo("good (75 %)");
    }

    @Test
    void ofEqualProbabilitiesTheFirstClassIsTaken() {
        ClassPredictions predictions = ClassPredictions.of(NAMES, new int[] {1}, new double[] {0.5, 0.5});
        assertThat(predictions.prediction(0)).isZero();
        assertThat(predictions.error(0)).isCloseTo(Math.log(2), within(1e-12));
    }

    @Test
    void whatIsRightHasNoError() {
        ClassPredictions predictions = ClassPredictions.of(NAMES, new int[] {0, 1}, new double[] {0.6, 0.4, 1, 0});
        assertThat(predictions.error(0)).isZero();
        assertThat(predictions.error(1)).isCloseTo(52 * Math.log(2), within(1e-9));
        assertThat(predictions.metrics().get("log_loss"))
                .isCloseTo((52 * Math.log(2) - Math.log(0.6)) / 2, within(1e-9));
    }

    @Test
    void rowsMayBeChosenAgainAndAgain() {
        ClassPredictions predictions = ClassPredictions.of(NAMES, new int[] {0, 1}, new double[] {0.9, 0.1, 0.8, 0.2});
        ClassPredictions chosen = predictions.select(new int[] {1, 1, 0});
        assertThat(chosen.rows()).isEqualTo(3);
        assertThat(chosen.metrics().get("accuracy")).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(chosen.label(0)).isEqualTo(1);
        assertThat(predictions.select(new int[0]).metrics().get("accuracy")).isNaN();
    }

    @Test
    void aMissingClassLeavesOnlyItsOwnMetricsWithoutValue() {
        var metrics = ClassPredictions.of(NAMES, new int[] {1, 1}, new double[] {0.9, 0.1, 0.2, 0.8})
                .metrics();
        assertThat(metrics.get("roc_auc")).isNaN();
        assertThat(metrics).containsEntry("accuracy", 0.5).containsEntry("average_precision", 1.0);
    }

    @Test
    void whatIsNoPredictionIsRefusedByItsRow() {
        List<ClassPredictions.Logits> diverged = List.of(new ClassPredictions.Logits(0, new float[] {Float.NaN, 1}));
        assertThatThrownBy(() -> ClassPredictions.ofLogits(NAMES, diverged))
                .isInstanceOf(WeftException.class)
                .hasMessage("row 0 of the predictions: logit NaN");
        List<ClassPredictions.Logits> three = List.of(new ClassPredictions.Logits(0, new float[3]));
        assertThatThrownBy(() -> ClassPredictions.ofLogits(NAMES, three)).hasMessageContaining("3 logits, not 2");
        assertThatThrownBy(() -> ClassPredictions.of(NAMES, new int[] {0, 2}, new double[] {1, 0, 1, 0}))
                .hasMessage("row 1 of the predictions: label 2 of 2 classes");
        assertThatThrownBy(() -> ClassPredictions.of(NAMES, new int[] {0}, new double[] {0.5, 0.4}))
                .hasMessageContaining("probabilities add up to 0.9");
        assertThatThrownBy(() -> ClassPredictions.of(NAMES, new int[] {0}, new double[] {1.5, -0.5}))
                .hasMessageContaining("probability 1.5");
        assertThatThrownBy(() -> ClassPredictions.of(NAMES, new int[] {0}, new double[3]))
                .hasMessage("2 rows but 3 probabilities");
        assertThatThrownBy(() -> ClassPredictions.of(List.of("a", "a"), new int[0], new double[0]))
                .hasMessage("names of classes are [a, a]");
    }

    @Test
    void theConfusionMatrixHasLabelsDownAndPredictionsAcross() {
        ConfusionMatrix matrix = ClassPredictions.of(NAMES, new int[] {0, 0, 1}, new double[] {0, 1, 1, 0, 0, 1})
                .confusion();
        assertThat(matrix.count(0, 1)).isEqualTo(1);
        assertThat(matrix.count(1, 0)).isZero();
        assertThat(matrix.support(0)).isEqualTo(2);
        assertThat(matrix.rows()).isEqualTo(3);
        assertThat(matrix.rate(1)).isCloseTo(2 / 3.0, within(1e-12));
    }
}
