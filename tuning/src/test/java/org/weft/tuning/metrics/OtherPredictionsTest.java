package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

/** What the golden file cannot see: how rows are read, what is refused, what is said of a row. */
class OtherPredictionsTest {

    @Test
    void labelsArePredictedAboveOneHalf() {
        MultiLabelPredictions predictions = MultiLabelPredictions.ofLogits(
                List.of("x", "y"),
                List.of(
                        new MultiLabelPredictions.Logits(new boolean[] {true, true}, new float[] {2, 0}),
                        new MultiLabelPredictions.Logits(new boolean[] {false, true}, new float[] {-1, 1})));
        assertThat(predictions.predicts(0, 1)).isFalse();
        assertThat(predictions.expected(0)).isEqualTo("x, y");
        assertThat(predictions.predicted(0)).isEqualTo("x");
        assertThat(predictions.error(0)).isGreaterThan(1);
        assertThat(predictions.error(1)).isZero();
        assertThat(predictions.metrics()).containsEntry("subset_accuracy", 0.5).containsEntry("hamming_loss", 0.25);
        List<MultiLabelPredictions.Logits> narrow =
                List.of(new MultiLabelPredictions.Logits(new boolean[1], new float[] {1, 1}));
        assertThatThrownBy(() -> MultiLabelPredictions.ofLogits(List.of("x", "y"), narrow))
                .isInstanceOf(WeftException.class)
                .hasMessage("row 0 of the predictions: 1 labels, not 2");
    }

    @Test
    void numbersHaveToBeFinite() {
        List<RegressionPredictions.Row> rows =
                List.of(new RegressionPredictions.Row(1, 1), new RegressionPredictions.Row(1, Double.NaN));
        assertThatThrownBy(() -> RegressionPredictions.of(rows)).hasMessage("row 1 of the predictions: prediction NaN");
    }

    @Test
    void constantLabelsHaveNoSpreadWhateverRoundingLeaves() {
        RegressionPredictions predictions = RegressionPredictions.of(List.of(
                new RegressionPredictions.Row(0.1, 0.1),
                new RegressionPredictions.Row(0.1, 0.2),
                new RegressionPredictions.Row(0.1, 0.1)));
        assertThat(predictions.metrics()).containsEntry("r2", 0.0);
        assertThat(predictions.metrics().get("pearsonr")).isNaN();
        assertThat(predictions.error(1)).isCloseTo(0.1, within(1e-12));
        assertThat(predictions.expected(1)).isEqualTo("0.1000");
    }

    @Test
    void answersAreComparedWithoutCaseArticlesAndPunctuation() {
        assertThat(AnswerText.normalized("  The U.S. \u00a0 Navy's\tan anchor "))
                .isEqualTo("us navys anchor");
        assertThat(AnswerText.normalized("theatre an-a")).isEqualTo("theatre ana");
        assertThat(AnswerText.exactMatch("the Sea!", "sea")).isTrue();
        assertThat(AnswerText.f1("a b b", "b b b c")).isCloseTo(2 * (2 / 2.0) * (2 / 4.0) / 1.5, within(1e-12));
        assertThat(AnswerText.f1("The", "")).isEqualTo(1);
        assertThat(AnswerText.f1("sea", "the")).isZero();
    }

    @Test
    void theBestOfTheRightAnswersCounts() {
        AnswerPredictions predictions = AnswerPredictions.of(List.of(
                new AnswerPredictions.Row("blue sea", List.of("sea", "the blue sea")),
                new AnswerPredictions.Row("blue", List.of())));
        assertThat(predictions.metrics()).containsEntry("exact_match", 0.5).containsEntry("f1", 0.5);
        assertThat(predictions.error(1)).isEqualTo(2);
        assertThat(predictions.expected(0)).isEqualTo("sea | the blue sea");
    }

    @Test
    void entitiesAreReadLeniently() {
        TagScheme scheme = new TagScheme(List.of("O", "B-PER", "I-PER", "I-LOC", "S-LOC", "B"));
        assertThat(scheme.types()).containsExactly("PER", "LOC", "_");
        assertThat(scheme.entities(new int[] {2, 2, 0, 1, 1, 3, 4, 3, 5}))
                .containsExactlyInAnyOrder(
                        new TagScheme.Entity(0, 0, 1),
                        new TagScheme.Entity(0, 3, 3),
                        new TagScheme.Entity(0, 4, 4),
                        new TagScheme.Entity(1, 5, 5),
                        new TagScheme.Entity(1, 6, 6),
                        new TagScheme.Entity(1, 7, 7),
                        new TagScheme.Entity(2, 8, 8));
        assertThat(scheme.entities(new int[0])).isEmpty();
        assertThatThrownBy(() -> new TagScheme(List.of("O", "PER")))
                .isInstanceOf(WeftException.class)
                .hasMessage("tag \"PER\" does not say where an entity begins and ends");
        assertThatThrownBy(() -> new TagScheme(List.of("O", ""))).hasMessageContaining("tag \"\"");
    }

    @Test
    void tokensThatAreNotJudgedCountForNothing() {
        TagScheme scheme = new TagScheme(List.of("O", "B-X", "I-X"));
        TagPredictions predictions = TagPredictions.of(
                scheme, List.of(new TagPredictions.Row(new int[] {-100, 1, -100, 2, 0}, new int[] {0, 1, 0, 2, 1})));
        assertThat(predictions.metrics().get("accuracy")).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(predictions.metrics()).containsEntry("recall", 1.0).containsEntry("precision", 0.5);
        assertThat(predictions.expected(0)).isEqualTo("B-X I-X O");
        assertThat(predictions.predicted(0)).isEqualTo("B-X I-X B-X");
        assertThat(predictions.error(0)).isEqualTo(1);
        assertThatThrownBy(
                        () -> TagPredictions.of(scheme, List.of(new TagPredictions.Row(new int[] {1}, new int[] {3}))))
                .hasMessage("row 0 of the predictions: prediction 3 of 3 tags");
        assertThatThrownBy(() ->
                        TagPredictions.of(scheme, List.of(new TagPredictions.Row(new int[] {1}, new int[] {1, 1}))))
                .hasMessage("row 0 of the predictions: 2 tags, not 1");
    }

    @Test
    void perplexityIsOfTheSums() {
        LanguagePredictions predictions = LanguagePredictions.of(
                List.of(new LanguagePredictions.Row(8, 4, 0), new LanguagePredictions.Row(0, 0, 8)));
        assertThat(predictions.metrics()).containsEntry("loss", 2.0).containsEntry("perplexity", Math.exp(2));
        assertThat(predictions.metrics().get("bits_per_byte")).isCloseTo(1 / Math.log(2), within(1e-12));
        assertThat(predictions.error(1)).isZero();
        assertThat(predictions.predicted(0)).isEqualTo("2.000 nats a token");
        assertThatThrownBy(() -> LanguagePredictions.of(List.of(new LanguagePredictions.Row(-1, 4, 4))))
                .hasMessage("row 0 of the predictions: negative log-likelihood -1.0");
        assertThat(LanguagePredictions.of(List.of(new LanguagePredictions.Row(-1e-6, 1, 1)))
                        .metrics())
                .containsEntry("loss", 0.0);
    }

    @Test
    void aLongEndingMayWinForItsLength() {
        ChoicePredictions predictions =
                ChoicePredictions.of(List.of(new ChoicePredictions.Row(1, new double[] {-3, -4}, new int[] {1, 4})));
        assertThat(predictions.metrics()).containsEntry("accuracy", 0.0).containsEntry("accuracy_normalized", 1.0);
        assertThat(predictions.error(0)).isEqualTo(1);
        assertThat(predictions.predicted(0)).isEqualTo("ending 0, for its length 1");
        assertThatThrownBy(() ->
                        ChoicePredictions.of(List.of(new ChoicePredictions.Row(0, new double[] {-1}, new int[] {0}))))
                .hasMessage("row 0 of the predictions: an ending of length 0");
    }
}
