package org.weft.tuning.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.ClassPredictions;

class EvaluationReportTest {
    private static final Bootstrap FEW = new Bootstrap(20, 0.9, 1);

    @Test
    void noValueIsNullAndTheFileIsTheSameEveryTime() throws IOException {
        EvaluationReport report = EvaluationReport.of(
                EvaluationData.of("empty", ClassPredictions.of(List.of("a", "b"), new int[0], new double[0])), FEW);
        byte[] file = EvaluationJson.results(report);
        JsonNode tree = new ObjectMapper().readTree(file);
        assertThat(tree.path("metrics").path("accuracy").isNull()).isTrue();
        assertThat(tree.path("intervals").path("accuracy").path("low").isNull()).isTrue();
        assertThat(tree.path("intervals")
                        .path("accuracy")
                        .path("undefined_resamples")
                        .asInt())
                .isEqualTo(20);
        assertThat(tree.path("rows").isInt()).isTrue();
        assertThat(new String(file, StandardCharsets.UTF_8))
                .doesNotContain("NaN", "Infinity")
                .endsWith("}\n");
        assertThat(EvaluationJson.results(report)).isEqualTo(file);
        tree.fieldNames().forEachRemaining(key -> assertThat(key).matches("[a-z_]+"));
        tree.path("metrics").fieldNames().forEachRemaining(key -> assertThat(key)
                .matches("[a-z0-9_]+"));
    }

    @Test
    void groupsAreComparedWithAllRows() {
        ClassPredictions predictions =
                ClassPredictions.of(List.of("no", "yes"), new int[] {0, 1, 1, 0, 1}, new double[] {
                    0.9, 0.1, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.6, 0.4
                });
        List<String> values = Arrays.asList("en", "en", "en", null, "de");
        Grouping grouping = Grouping.of("language", values, predictions);
        assertThat(grouping.groups()).extracting(Grouping.Group::value).containsExactly("en", "(none)", "de");
        Grouping.Group english = grouping.groups().get(0);
        assertThat(english.rows()).isEqualTo(3);
        assertThat(english.metrics())
                .containsEntry("accuracy", 1.0)
                .containsOnlyKeys("accuracy", "f1_macro", "positive_rate");
        assertThat(english.difference().get("accuracy")).isCloseTo(0.4, within(1e-12));
        assertThat(english.metrics().get("positive_rate")).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(grouping.gaps()).containsEntry("accuracy", 1.0).containsEntry("positive_rate", 1.0);
        assertThat(grouping.leftOut()).isZero();
    }

    @Test
    void smallGroupsAreLeftOutOnceThereAreTooMany() {
        AnswerPredictions predictions =
                AnswerPredictions.of(Collections.nCopies(70, new AnswerPredictions.Row("sea", List.of("sea"))));
        List<String> values =
                IntStream.range(0, 70).mapToObj(i -> i < 10 ? "x" : "v" + i).toList();
        Grouping grouping = Grouping.of("source", values, predictions);
        assertThat(grouping.groups()).hasSize(Grouping.MOST);
        assertThat(grouping.groups().get(0).value()).isEqualTo("x");
        assertThat(grouping.leftOut()).isEqualTo(11);
        assertThat(grouping.gaps()).containsOnlyKeys("exact_match", "f1").containsEntry("f1", 0.0);
    }

    @Test
    void worstRowsAreThoseMostWronglySure() {
        ClassPredictions predictions = ClassPredictions.of(
                List.of("no", "yes"), new int[] {0, 0, 0}, new double[] {0.9, 0.1, 0.4, 0.6, 0.01, 0.99});
        List<WorstRow> worst = WorstRow.of(predictions, Arrays.asList("a", null, "\ud83c\udf0a".repeat(900)));
        assertThat(worst).extracting(WorstRow::row).containsExactly(2, 1);
        assertThat(worst.get(0).text()).endsWith("\ud83c\udf0a\u2026").hasSizeLessThanOrEqualTo(WorstRow.LONGEST + 1);
        assertThat(worst.get(1).text()).isEmpty();
        assertThat(worst.get(0).predicted()).isEqualTo("yes (99 %)");
    }

    @Test
    void textsAndColumnsHaveToFit() {
        ClassPredictions predictions = ClassPredictions.of(List.of("no", "yes"), new int[] {0}, new double[] {1, 0});
        assertThatThrownBy(() -> new EvaluationData("t", Map.of(), predictions, List.of("a", "b"), Map.of(), List.of()))
                .isInstanceOf(WeftException.class)
                .hasMessage("2 texts for 1 rows of predictions");
        assertThatThrownBy(() ->
                        new EvaluationData("t", Map.of(), predictions, List.of(), Map.of("age", List.of()), List.of()))
                .hasMessage("0 values of column age for 1 rows of predictions");
    }

    @Test
    void curvesComeFromARunsMetrics() {
        String log = "{\"step\":1,\"loss\":3.0,\"learning_rate\":0.1}\n{\"step\":2,\"loss\":null,\"val_loss\":2.5}\n"
                + "{\"step\":2,\"checkpoint_millis\":1.0}\n{\"step\":3,\"loss\":2.0,\"eval_accuracy\":0.5}\n{\"step\":4,\"lo";
        List<TrainingCurve> curves = TrainingCurve.ofMetricsLog(log.getBytes(StandardCharsets.UTF_8));
        assertThat(curves).extracting(TrainingCurve::name).containsExactly("loss", "val_loss", "eval_accuracy");
        assertThat(curves.get(0).steps()).containsExactly(1, 3);
        assertThat(curves.get(0).values()).containsExactly(3, 2);
        assertThat(TrainingCurve.ofMetricsLog(new byte[0])).isEmpty();
    }

    @Test
    void aLongCurveIsAveraged() {
        double[] steps = IntStream.range(0, 1000).asDoubleStream().toArray();
        double[] values = Arrays.stream(steps)
                .map(step -> step < 10 ? Double.NaN : 2 * step)
                .toArray();
        TrainingCurve averaged = new TrainingCurve("loss", steps, values).averaged(100);
        assertThat(averaged.steps()).hasSize(100);
        assertThat(averaged.steps()[1]).isEqualTo(14.5);
        assertThat(averaged.values()[0]).isNaN();
        assertThat(averaged.values()[1]).isEqualTo(29);
    }

    @Test
    void predictionsOfAnotherKindOfFileAreRefused() throws IOException {
        ObjectMapper json = new ObjectMapper();
        assertThatThrownBy(() -> PredictionsJson.read(json.readTree("{\"rows\":[]}")))
                .isInstanceOf(WeftException.class)
                .hasMessage("predictions cannot be read: no task is called \"\"");
        String missing = "{\"task\":\"regression\",\"rows\":[{\"label\":1}]}";
        assertThatThrownBy(() -> PredictionsJson.read(json.readTree(missing)))
                .hasMessage("predictions cannot be read: row 0 is no row of this task: {\"label\":1}");
        String narrow = "{\"task\":\"single_label_classification\",\"names\":[\"a\",\"b\"],"
                + "\"rows\":[{\"label\":1,\"probabilities\":[1]}]}";
        assertThatThrownBy(() -> PredictionsJson.read(json.readTree(narrow)))
                .hasMessage("predictions cannot be read: row 0 has 1 values for 2 names");
    }
}
