package org.weft.tuning.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.ChoicePredictions;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.LanguagePredictions;
import org.weft.tuning.metrics.MultiLabelPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.RegressionPredictions;
import org.weft.tuning.metrics.TagPredictions;
import org.weft.tuning.metrics.TagScheme;

class EvaluationPageTest {
    private static final String EVIL = "</td><script>alert(1)</script>\"'<img src=x onerror=alert(2)>";
    private static final Bootstrap FEW = new Bootstrap(20, 0.9, 1);

    @Test
    void whatComesFromDataIsText() throws Exception {
        ClassPredictions predictions = ClassPredictions.of(
                List.of("a" + EVIL, "b" + EVIL), new int[] {0, 1, 1}, new double[] {0.1, 0.9, 0.8, 0.2, 0.3, 0.7});
        String page = page(new EvaluationData(
                EVIL,
                Map.of(EVIL, EVIL),
                predictions,
                List.of(EVIL, "\u0000\u202eback", "fine"),
                Map.of(EVIL, List.of(EVIL, EVIL, "x")),
                List.of(new TrainingCurve("loss " + EVIL, new double[] {1, 2}, new double[] {3, 2}))));
        assertThat(page)
                .doesNotContain("<script", "<img", "\u0000")
                .contains(
                        "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&lt;img src=x", "<bdi>\ufffd\u202eback</bdi>");
        wellFormed(page);
    }

    @Test
    void aWorstRowIsExplainedTokenByTokenWhateverTheyAre() throws Exception {
        ClassPredictions predictions =
                ClassPredictions.of(List.of("a", "b"), new int[] {0, 1}, new double[] {0.1, 0.9, 0.2, 0.8});
        RowExplanation why = new RowExplanation(
                "attributions",
                true,
                List.of(
                        new RowExplanation.Token(EVIL, 0.5),
                        new RowExplanation.Token("<EMAIL>", -0.25),
                        new RowExplanation.Token("\u0000", 0)),
                -2.5e-4,
                200);
        EvaluationData data = EvaluationData.of("why", predictions).explained(Map.of(0, why));
        String page = page(data);
        assertThat(page)
                .doesNotContain("<script", "<EMAIL>", "\u0000")
                .contains(
                        "<span class=\"for\" style=\"--share:1.000\" title=\"+0.5000\">&lt;/td&gt;",
                        "<span class=\"against\" style=\"--share:0.500\" title=\"-0.2500\">&lt;EMAIL&gt;</span>",
                        "--share:0.000",
                        "by -0.00025 (200 points)");
        wellFormed(page);
        assertThat(EvaluationJson.tree(EvaluationReport.of(data, FEW))
                        .at("/worst/0/explanation")
                        .toString())
                .contains("\"method\":\"attributions\"", "{\"token\":\"<EMAIL>\",\"score\":-0.25}")
                .endsWith("\"convergence_delta\":-2.5E-4,\"explain_steps\":200}");
    }

    @Test
    void rolloutHasNothingToComeTo() throws Exception {
        ClassPredictions predictions = ClassPredictions.of(List.of("a", "b"), new int[] {0}, new double[] {0.1, 0.9});
        RowExplanation why = new RowExplanation(
                "attention_rollout", false, List.of(new RowExplanation.Token("x", 1)), Double.NaN, 0);
        EvaluationData data = EvaluationData.of("why", predictions).explained(Map.of(0, why));
        String page = page(data);
        assertThat(page).contains("shares of 1").doesNotContain("points)", "NaN");
        wellFormed(page);
        assertThat(EvaluationJson.tree(EvaluationReport.of(data, FEW))
                        .at("/worst/0/explanation")
                        .has("convergence_delta"))
                .isFalse();
    }

    @Test
    void aPageNeedsNothingElse() {
        String page = page(EvaluationData.of("plain", classes(2, 40)));
        assertThat(page)
                .doesNotContain("http://", "https://", "src=", "href=", "@import", "<script", "url(")
                .contains("name=\"viewport\"", "prefers-color-scheme: dark", "Content-Security-Policy", "<main>");
    }

    @Test
    void classesHaveAllTheirSections() throws Exception {
        String page = page(new EvaluationData(
                "three classes",
                Map.of("checkpoint", "step 200"),
                classes(3, 60),
                Collections.nCopies(60, "a text"),
                Map.of("language", Collections.nCopies(60, "en")),
                List.of(
                        new TrainingCurve("loss", new double[] {1, 2}, new double[] {3, 2}),
                        new TrainingCurve("eval_accuracy", new double[] {2}, new double[] {0.5}))));
        assertThat(headings(page))
                .containsExactly(
                        "All metrics",
                        "Classes",
                        "Confusion matrix",
                        "Ranking",
                        "Reliability",
                        "Training",
                        "Groups",
                        "Fairness",
                        "Worst errors");
        assertThat(page).contains("ROC-AUC, one against the rest", "--share:", "Metrics by step", "largest gap");
        assertThat(page.split("class=\"curve s")).hasSizeGreaterThan(6);
        assertThat(page.split("<tr><td>")).hasSizeGreaterThan(5);
        wellFormed(page);
    }

    @Test
    void manyClassesShowTheirConfusionsAsPairs() throws Exception {
        String page = page(EvaluationData.of("many", classes(ConfusionTable.MOST_CLASSES + 1, 200)));
        assertThat(page)
                .contains("taken for", "Each against the rest, the 6 most frequent.")
                .doesNotContain("--share:0");
        wellFormed(page);
    }

    @Test
    void everyTaskHasAPageEvenWithoutRows() throws Exception {
        List<Predictions> all = List.of(
                ClassPredictions.of(List.of("a", "b"), new int[0], new double[0]),
                MultiLabelPredictions.of(List.of("a"), new boolean[0], new double[0]),
                RegressionPredictions.of(List.of()),
                AnswerPredictions.of(List.of()),
                TagPredictions.of(new TagScheme(List.of("O")), List.of()),
                LanguagePredictions.of(List.of()),
                ChoicePredictions.of(List.of()));
        for (Predictions predictions : all) {
            String page = page(EvaluationData.of(predictions.task(), predictions));
            assertThat(page).contains("All metrics").doesNotContain("NaN", "Worst errors", "Infinity");
            wellFormed(page);
        }
    }

    @Test
    void otherTasksShowWhatMakesSense() throws Exception {
        String labels = page(EvaluationData.of(
                "labels",
                MultiLabelPredictions.of(
                        List.of("a", "b"),
                        new boolean[] {true, false, false, true, true, true},
                        new double[] {0.9, 0.6, 0.2, 0.7, 0.4, 0.8})));
        assertThat(headings(labels)).containsExactly("All metrics", "Labels", "Ranking", "Worst errors");
        String numbers = page(EvaluationData.of(
                "numbers",
                RegressionPredictions.of(IntStream.range(0, 2000)
                        .mapToObj(i -> new RegressionPredictions.Row(i, i + i % 7))
                        .toList())));
        assertThat(headings(numbers)).containsExactly("All metrics", "Predictions", "Worst errors");
        assertThat(numbers.split("<circle")).hasSize(1501);
        String tags = page(EvaluationData.of(
                "tags",
                TagPredictions.of(
                        new TagScheme(List.of("O", "B-PER")),
                        List.of(new TagPredictions.Row(new int[] {1, 0}, new int[] {1, 1})))));
        assertThat(headings(tags)).containsExactly("All metrics", "Entities", "Worst errors");
        wellFormed(labels);
        wellFormed(numbers);
        wellFormed(tags);
    }

    private static List<String> headings(String page) {
        return List.of(page.split("<h2>")).stream()
                .skip(1)
                .map(part -> part.substring(0, part.indexOf("</h2>")))
                .toList();
    }

    private static ClassPredictions classes(int classes, int rows) {
        int[] labels = new int[rows];
        double[] probabilities = new double[rows * classes];
        for (int row = 0; row < rows; row++) {
            labels[row] = row % classes;
            int said = row % 4 == 0 ? (row + 1) % classes : labels[row];
            for (int i = 0; i < classes; i++) {
                double rest = 0.4 - 0.3 * row / rows;
                probabilities[row * classes + i] = i == said ? 1 - rest : rest / (classes - 1);
            }
        }
        List<String> names =
                IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
        return ClassPredictions.of(names, labels, probabilities);
    }

    private static String page(EvaluationData data) {
        return new EvaluationPage(EvaluationReport.of(data, FEW)).render();
    }

    /** What stands in the body is XML too: each tag is closed, each attribute quoted. */
    private static void wellFormed(String page) throws Exception {
        String body = page.substring(page.indexOf("<main>"), page.indexOf("</main>") + 7)
                .replace("&nbsp;", " ");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }
}
