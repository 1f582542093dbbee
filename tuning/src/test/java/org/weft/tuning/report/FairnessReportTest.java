package org.weft.tuning.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.ClassPredictions;

/** Groups that are not served alike: what results.json and the page say, and what a requirement makes of it. */
class FairnessReportTest {
    private static final Bootstrap FEW = new Bootstrap(20, 0.9, 1);
    private static final String EVIL = "<img src=x>";

    /** Of "a" all are taken for yes, of the others the half that is; three rows are of a small group, two of none. */
    private static EvaluationReport report(int classes) {
        int rows = 125;
        int[] labels = new int[rows];
        double[] probabilities = new double[rows * classes];
        List<String> groups = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            labels[row] = row % 2;
            groups.add(row < 60 ? "a" : row < 120 ? "b" : row < 123 ? EVIL : null);
            probabilities[row * classes + (row < 60 ? 1 : row % 2)] = 1;
        }
        List<String> names = classes == 2 ? List.of("no", "yes") : List.of("no", "yes", EVIL);
        EvaluationData data = new EvaluationData(
                "t",
                Map.of(),
                ClassPredictions.of(names, labels, probabilities),
                List.of(),
                Map.of("port", groups),
                List.of());
        return EvaluationReport.of(data, FEW);
    }

    @Test
    void resultsHaveGapsWithIntervalsAndRatesByGroup() {
        JsonNode fairness = EvaluationJson.tree(report(2)).path("fairness");
        assertThat(fairness.path("column").asText()).isEqualTo("port");
        assertThat(fairness.path("least_rows").asInt()).isEqualTo(30);
        assertThat(fairness.path("rows_without_group").asInt()).isEqualTo(2);
        JsonNode parity = fairness.path("gaps").path("demographic_parity_difference");
        assertThat(parity.path("value").asDouble()).isEqualTo(0.5);
        assertThat(parity.path("low").asDouble()).isBetween(0.3, 0.5);
        assertThat(parity.path("high").asDouble()).isBetween(0.5, 0.7);
        assertThat(fairness.path("gaps")
                        .path("equalized_odds_difference")
                        .path("value")
                        .asDouble())
                .isEqualTo(1);
        assertThat(fairness.path("gaps").path("max_gap").path("value").asDouble())
                .isEqualTo(1);
        assertThat(fairness.path("groups")).hasSize(3);
        JsonNode first = fairness.path("groups").path(0);
        assertThat(first.path("value").asText()).isEqualTo("a");
        assertThat(first.path("compared").asBoolean()).isTrue();
        assertThat(first.path("classes").path(0).toString())
                .isEqualTo("{\"name\":\"yes\",\"positives\":30,\"selection_rate\":1.0,\"true_positive_rate\":1.0,"
                        + "\"false_positive_rate\":1.0}");
        assertThat(fairness.path("groups").path(2).path("compared").asBoolean()).isFalse();
        assertThat(fairness.path("gaps_by_class").path(0).path("name").asText()).isEqualTo("yes");
    }

    @Test
    void eachOfMoreClassesIsJudgedAgainstTheRest() {
        JsonNode fairness = EvaluationJson.tree(report(3)).path("fairness");
        assertThat(fairness.path("classes")).hasSize(3);
        assertThat(fairness.path("gaps_by_class")
                        .path(2)
                        .path("equal_opportunity_difference")
                        .isNull())
                .as("nothing is of the third class")
                .isTrue();
        assertThat(EvaluationJson.tree(EvaluationReport.of(report(3).data(), FEW, 0))
                        .path("fairness")
                        .path("classes")
                        .toString())
                .isEqualTo("[\"no\"]");
    }

    @Test
    void thePageSaysWhoIsInNoGap() throws Exception {
        for (int classes : List.of(2, 3)) {
            String page = new EvaluationPage(report(classes)).render();
            assertThat(page)
                    .contains(
                            "<h2>Fairness</h2>",
                            "equalised odds difference",
                            "groups of port with fewer than 30 rows, which are in no gap: &lt;img src=x&gt; (3)",
                            "rows without a group in port, which are in no gap between groups: 2",
                            "The recalls of the best and of the worst class lie")
                    .doesNotContain("<img", "NaN");
            String body = page.substring(page.indexOf("<main>"), page.indexOf("</main>") + 7)
                    .replace("&nbsp;", " ");
            assertThatCode(() -> DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))))
                    .doesNotThrowAnyException();
        }
        assertThat(report(2).notices()).hasSize(2);
    }

    private static Requirement parsed(String text) {
        return Requirement.parse("--require", text, TaskName.CLASSIFICATION);
    }

    @Test
    void whatIsNotMetIsSaidWithByHowMuch() {
        List<Requirement> met = List.of(parsed("demographic_parity_difference=0.5"), parsed("accuracy=0.7"));
        assertThatCode(() -> Requirement.check("--require", met, report(2), "/out"))
                .doesNotThrowAnyException();
        List<Requirement> all = List.of(
                parsed("max_gap=0.05"),
                parsed("accuracy=0.9"),
                parsed("log_loss=0.1"),
                parsed("class_recall_difference=1"),
                parsed("roc_auc_ovr=0.5"));
        WeftException missed =
                catchThrowableOfType(WeftException.class, () -> Requirement.check("--require", all, report(2), "/out"));
        assertThat(missed.status()).isEqualTo(ExitStatus.INVALID_DATA);
        assertThat(missed)
                .hasMessageStartingWith(
                        "--require is not met: max_gap=1 is 0.95 above 0.05; accuracy=0.76 is 0.14 below"
                                + " 0.9; log_loss=")
                .hasMessageEndingWith(" above 0.1; roc_auc_ovr has no value");
        assertThat(missed.hint()).contains("/out/results.json");
    }

    @Test
    void whatCannotBeRequiredIsNamed() {
        assertThatThrownBy(() -> parsed("max_gap")).hasMessage("--require max_gap is not NAME=VALUE");
        assertThatThrownBy(() -> parsed("acuracy=0.5"))
                .hasMessage(
                        "--require acuracy=0.5: no gap or metric of finetune.task=classification is called acuracy");
        assertThatThrownBy(() -> parsed("accuracy=much"))
                .hasMessage("--require accuracy=much: much is no finite number");
        assertThatThrownBy(() -> parsed("accuracy=NaN")).hasMessageContaining("NaN is no finite number");
        assertThatThrownBy(() -> parsed("max_gap=5")).hasMessage("--require max_gap=5: a gap is from 0 to 1");
        assertThatThrownBy(() -> Requirement.parse("--require", "r2=0.5", TaskName.REGRESSION))
                .hasMessage("--require is for models of finetune.task=classification and multilabel, not regression");
        assertThatThrownBy(() -> Requirement.parse("--require", "max_gap=0.5", TaskName.NONE))
                .hasMessageEndingWith("not of language");
        assertThat(Requirement.parse("--require", "hamming_loss=0.1", TaskName.MULTILABEL)
                        .missedBy(0.2))
                .contains("hamming_loss=0.2 is 0.1 above 0.1");
        assertThat(parsed("max_gap=0.5").ofGroups()).isTrue();
        assertThat(parsed("class_recall_difference=0.5").ofGroups()).isFalse();
    }
}
