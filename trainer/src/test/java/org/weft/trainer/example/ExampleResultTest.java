package org.weft.trainer.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/** What is shown of a run, from its files. */
class ExampleResultTest {
    private final Store store = new HadoopStore(new Configuration());

    @TempDir
    Path run;

    @Test
    void anEpochsLossesAreMeansAndItsSecondsItsOwn() throws IOException {
        metrics(
                "{\"step\":1,\"loss\":3.0,\"step_millis\":1500}",
                "{\"step\":1,\"event\":\"started\"}",
                "{\"step\":2,\"loss\":2.0,\"step_millis\":2500}",
                "{\"step\":2,\"val_loss\":2.25,\"val_accuracy\":0.5}",
                "{\"step\":3,\"loss\":1.0,\"step_millis\":1000}",
                "{\"step\":3,\"val_loss\":2.0,\"val_accuracy\":0.625}",
                "{\"step\":4,\"los");
        assertThat(EpochTable.render(EpochTable.records(store, directory()), 2).lines())
                .containsExactly(
                        "epoch  train_loss  val_loss  val_accuracy  seconds",
                        "  1.0      2.5000    2.2500        0.5000        4",
                        "  1.5      1.0000    2.0000        0.6250        1");
    }

    @Test
    void aModelOfLanguageHasItsPerplexity() throws IOException {
        metrics("{\"step\":1,\"loss\":3.0,\"step_millis\":1500}", "{\"step\":1,\"val_loss\":0.0}");
        assertThat(EpochTable.render(EpochTable.records(store, directory()), 10))
                .contains("val_perplexity", "  0.1      3.0000    0.0000          1.0000        2");
        assertThat(EpochTable.of(store, directory())).as("no run").isEmpty();
        assertThat(EpochTable.render(List.of(), 1)).isEmpty();
    }

    @Test
    void figuresAreThoseOfEvaluationSweepAndTraining() throws IOException {
        metrics("{\"step\":1,\"val_loss\":3.0}", "{\"step\":2,\"val_loss\":1.0}");
        Files.createDirectories(run.resolve("evaluation"));
        Files.writeString(
                run.resolve("evaluation/results.json"),
                "{\"metrics\": {\"accuracy\": 0.75, \"roc_auc\": null},"
                        + " \"intervals\": {\"accuracy\": {\"low\": 0.7, \"high\": 0.8}, \"roc_auc\": {\"low\": null}}}");
        Files.writeString(
                run.resolve("results.json"),
                "{\"law\": {\"form\": \"…\", \"exponent\": 0.3}, \"held_out\": {\"loss\": 4, \"error_percent\": -1.5}}");
        Figures figures = Figures.of(store, directory());
        assertThat(figures.values())
                .containsEntry("accuracy", 0.75)
                .containsEntry("exponent", 0.3)
                .containsEntry("held_out_loss", 4.0)
                .containsEntry("held_out_error_percent", 1.5)
                .containsEntry("val_loss", 1.0)
                .doesNotContainKey("roc_auc");
        assertThat(figures.values().get("val_perplexity")).isCloseTo(Math.E, within(1e-12));
        assertThat(figures.intervals()).containsOnlyKeys("accuracy");
        assertThat(figures.of(new Bar("accuracy", 0.5, null))).isEqualTo(0.75);
        assertThatThrownBy(() -> figures.of(new Bar("bleu", 1.0, null)))
                .isInstanceOf(WeftException.class)
                .hasMessage("there is no figure bleu to judge by");
    }

    @Test
    void tenRowsAreShownBesideWhatIsRight() throws IOException {
        Path rows = Files.createDirectories(run.resolve("predictions"));
        StringBuilder lines = new StringBuilder();
        lines.append("{\"text\": \"a\\n dog\", \"label\": \"animal\", \"prediction\": \"animal\"}\n");
        for (int i = 0; i < 12; i++) {
            lines.append("{\"text\": \"")
                    .append("long ".repeat(30))
                    .append("\", \"label\": 3, \"prediction\": \"4\"}\n");
        }
        Files.writeString(rows.resolve("part-00000.json"), lines);
        List<String> shown = ShownRows.of(store, new Example.Show(rows.toString(), "text", "label", "prediction"));
        assertThat(shown).hasSize(10);
        assertThat(shown.get(0)).matches("right  animal {26}a dog");
        assertThat(shown.get(1))
                .startsWith("wrong  4               is 3            long long ")
                .endsWith("…");
    }

    @Test
    void answersThatAreTextsStandBelowOneAnother() throws IOException {
        Path rows = Files.createDirectories(run.resolve("predictions"));
        Files.writeString(
                rows.resolve("part-00000.json"),
                "{\"prompt\": \"The dog sees.\", \"response\": \"Der Hund sieht.\", \"prediction\": \"Der Hund sieht die Katze.\"}\n"
                        + "{\"prompt\": \"The dog sees the old cat.\", \"response\": \"Der Hund sieht die alte Katze.\","
                        + " \"prediction\": \"Der Hund sieht die alte Katze.\"}\n");
        assertThat(ShownRows.of(store, new Example.Show(rows.toString(), "prompt", "response", "prediction")))
                .containsExactly(
                        "wrong  The dog sees.\n       says  Der Hund sieht die Katze.\n       is    Der Hund sieht.",
                        "right  The dog sees the old cat.\n       says  Der Hund sieht die alte Katze.");
    }

    @Test
    void aPageIsGivenFiguresAndRowsThatEndNoScript() throws IOException {
        Files.createDirectories(run.resolve("evaluation"));
        Files.writeString(run.resolve("evaluation/results.json"), "{\"metrics\": {\"accuracy\": 0.75}}");
        Files.writeString(run.resolve("test.jsonl"), "{\"text\": \"</script>\"}\n".repeat(300));
        Files.writeString(run.resolve("page.html"), "<script>const data = /*data*/null;</script>");
        Example.Page page = new Example.Page(
                "page.html", new LinkedHashMap<>(Map.of("intents", run.toString())), List.of("test.jsonl"));
        Path html = run.resolve("made.html");
        TrialPage.write(page, run, store, run.toString(), html);
        String text = Files.readString(html);
        assertThat(text)
                .startsWith(
                        "<script>const data = {\"figures\":{\"intents\":{\"accuracy\":0.75}},\"rows\":{\"test.jsonl\":[")
                .containsOnlyOnce("</script>");
        assertThat(text.split("u003c/script>", -1)).hasSize(201);
        assertThat(TrialPage.command(page, Path.of("hdfs"), html))
                .containsExactly(
                        "serve", "--hdfs", "hdfs", "--page", html.toString(), "--checkpoint", "intents=" + run);
        Files.writeString(run.resolve("page.html"), "<p>nothing");
        assertThatThrownBy(() -> TrialPage.write(page, run, store, run.toString(), html))
                .isInstanceOf(WeftException.class)
                .hasMessage(run.resolve("page.html") + " has no /*data*/null");
    }

    private RunDirectory directory() {
        return RunDirectory.of(run.toString());
    }

    private void metrics(String... lines) throws IOException {
        Files.writeString(run.resolve("metrics.jsonl"), String.join("\n", lines));
    }
}
