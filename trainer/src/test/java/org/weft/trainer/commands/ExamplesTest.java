package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.trainer.CommandRun;
import org.weft.trainer.example.Example;

/** The examples that there are, without running any. */
class ExamplesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path temporary;

    private String homeBefore;

    @BeforeEach
    void findTheExamples() {
        homeBefore = System.getProperty("weft.home");
        System.setProperty("weft.home", ROOT.toString());
    }

    @AfterEach
    void restore() {
        if (homeBefore == null) {
            System.clearProperty("weft.home");
        } else {
            System.setProperty("weft.home", homeBefore);
        }
    }

    @Test
    void everyRecipeIsOneAndEveryPageShowsTheLinesThatAreRun() throws IOException {
        List<String> found = new ArrayList<>();
        for (Example.Entry entry : Example.all(ROOT)) {
            assertThat(entry.title()).as(entry.name()).isNotEmpty();
            if (entry.room().equals(Example.ROOM)) {
                found.add(entry.name());
                Example example = Example.named(ROOT, entry.name());
                String page = Files.readString(ROOT.resolve("examples/" + entry.name() + "/README.md"));
                for (List<String> step : example.steps()) {
                    assertThat(ExampleSteps.names()).contains(step.get(0));
                    assertThat(page.replace("\\\n", "").replaceAll(" +", " "))
                            .contains(ExampleSteps.shown(step).replaceAll(" +", " "));
                }
                recipes(entry.name(), example);
            }
        }
        assertThat(found).contains("news-20");
    }

    /** As they stand, and as a test runs them. */
    private static void recipes(String name, Example example) throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("examples/" + name))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                String yaml = Files.readString(file);
                if (yaml.contains("\nrun:\n  name:")) {
                    WeftConfig config = ConfigLoader.load(file.toString(), yaml, List.of());
                    assertThat(config.cluster().master())
                            .as("a cluster's scripts name it")
                            .isEmpty();
                    assertThat(config.cluster().workers()).isEqualTo(2);
                    assertThat(config.run().dir()).startsWith("/weft/examples/" + name + "/");
                }
            }
        }
        assertThat(example.small().set().keySet()).isSubsetOf(withEvery());
    }

    private static List<String> withEvery() {
        List<String> names = new ArrayList<>(ExampleSteps.names());
        names.add(ExampleSteps.EVERY);
        return names;
    }

    @Test
    void theyAreListed() {
        CommandRun list = CommandRun.of("example").done();
        assertThat(list.out()).contains("news-20", "Twenty kinds of short texts");
        CommandRun beside = CommandRun.of("example", "--workers", "3");
        assertThat(beside.status()).isEqualTo(2);
        assertThat(beside.err()).contains("error: --workers is given, but no example");
        System.setProperty("weft.home", temporary.toString());
        assertThat(CommandRun.of("example").err()).contains("there is no folder " + temporary.resolve("examples"));
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingIsWritten() {
        refused("--workers 0 must be at least 1", "--workers", "0");
        refused("no command pretend of an example", "--set", "pretend:training.steps=1");
        refused("--workers has no effect beside --data-to", "--data-to", "x", "--workers", "2");
        refused("--input: no such file or directory: /no/such/data", "--input", "/no/such/data");
        CommandRun unknown = CommandRun.of("example", "news-21");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err()).contains("there is no example news-21", "did you mean news-20?", "hint: there are: ");
    }

    private void refused(String message, String... options) {
        List<String> arguments = new ArrayList<>(List.of("example", "news-20"));
        arguments.addAll(List.of(options));
        Path work = temporary.resolve("work");
        if (!message.contains("--data-to")) {
            arguments.addAll(List.of("--work-dir", work.toString()));
        }
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.status()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains("error: ", message);
        assertThat(work).doesNotExist();
    }

    @Test
    void dataGoAnywhereForACluster() {
        Path folder = temporary.resolve("data");
        CommandRun.of("example", "news-20", "--small", "--data-to", folder.toString())
                .done();
        assertThat(folder).isDirectoryContaining("glob:**/{train.jsonl,test.jsonl,text.jsonl,data.json}");
        CommandRun again = CommandRun.of("example", "news-20", "--small", "--data-to", folder.toString());
        assertThat(again.done().err()).contains("are there already");
        CommandRun other = CommandRun.of("example", "news-20", "--data-to", folder.toString());
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err())
                .contains(folder + " holds other data: definitions of nouns of WordNet 3.1 by their kind, of each 40");
    }

    @Test
    void aStepThatIsNoneIsNamed() {
        ExampleSteps steps = new ExampleSteps(null, null, ROOT, List.of(), new Progress(System.err, false, () -> 0));
        assertThatThrownBy(() -> steps.run(List.of("cook", "--fast")))
                .isInstanceOf(WeftException.class)
                .hasMessage("step cook --fast: no command cook of an example");
        assertThatThrownBy(() -> steps.run(List.of("generate", "--fast")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("step generate: ");
        assertThat(ExampleSteps.shown(List.of("generate", "--prompt", "It's a day")))
                .isEqualTo("generate --prompt 'It'\\''s a day'");
    }
}
