package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quickstart from text to samples on the embedded HDFS, small. */
class QuickstartIT {
    private static final String[] SMALL = {
        "cluster.master=local[4]",
        "tokenizer.vocab_size=300",
        "model.layers=1",
        "model.width=32",
        "model.heads=2",
        "model.context=16",
        "training.global_batch=8",
        "training.micro_batch=2",
        "training.eval_every=5",
        "training.eval_batches=2",
        "corpus.val_fraction=0.001"
    };

    @TempDir
    static Path work;

    private static String homeBefore;

    @BeforeAll
    static void findTheRecipe() {
        homeBefore = System.getProperty("weft.home");
        System.setProperty(
                "weft.home", Path.of("..").toAbsolutePath().normalize().toString());
    }

    @AfterAll
    static void restore() {
        if (homeBefore == null) {
            System.clearProperty("weft.home");
        } else {
            System.setProperty("weft.home", homeBefore);
        }
    }

    @Test
    void trainsOnTheSampleCorpusAndGoesOnTheNextTime() throws Exception {
        CommandRun first = quickstart(work.resolve("sample"), "--steps", "5");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.summary().path("command").asText()).isEqualTo("quickstart");
        assertThat(first.summary().path("step").asInt()).isEqualTo(15);
        assertThat(first.summary().path("checkpoint").asText()).isEqualTo("/weft/quickstart/checkpoints/step-00000015");
        assertThat(first.summary().path("first_loss").asDouble()).isGreaterThan(5);
        assertThat(first.out()).contains("\"command\":\"evaluate\"", "\"perplexity\":");
        assertThat(first.err())
                .contains("sample corpus: ", "glosses of WordNet 3.1", "resuming from hdfs://localhost:")
                .contains("resuming for 10 steps from the last checkpoint on HDFS", "sample 1: ", "sample 10: ")
                .contains("./weft generate --hdfs ", "Done in ", " s: HDFS and Spark ", "Loss ");

        CommandRun second = launched(quickstartArguments(work.resolve("sample"), "--steps", "5"));
        assertThat(second.err())
                .contains("is prepared already", "steps 15 to 20")
                .doesNotContain("sample corpus: ", "\tat ");
        assertThat(second.summary().path("step").asInt()).isEqualTo(30);
        String hdfs = work.resolve("sample").resolve("hdfs").toString();
        CommandRun inspect = launched(List.of("inspect", "--hdfs", hdfs, "/weft/quickstart"));
        assertThat(inspect.json().path("checkpoints").findValuesAsText("params_sha256"))
                .contains(second.paramsSha256());
    }

    @Test
    void trainsOnTheUsersOwnText() throws IOException {
        Path text = Files.writeString(work.resolve("My notes.txt"), RunFolder.text(200, 3));
        CommandRun run = quickstart(work.resolve("own"), "--steps", "2", "--input", text.toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.summary().path("checkpoint").asText()).contains("/weft/My-notes-txt/checkpoints/");
        // So little text that none of it is kept for validation.
        assertThat(run.out()).contains("\"command\":\"prepare\"").doesNotContain("\"command\":\"evaluate\"");
        assertThat(run.err()).contains("no text to evaluate on; --set corpus.val_fraction=0.1", "sample 10: ");
    }

    @Test
    void refusesWhatCannotBe() {
        CommandRun steps = quickstart(work.resolve("refused"), "--steps", "0");
        assertThat(steps.status()).isEqualTo(2);
        assertThat(steps.err()).contains("error: --steps 0 must be at least 1");
        CommandRun input = quickstart(work.resolve("refused"), "--input", "/no/such/text");
        assertThat(input.status()).isEqualTo(2);
        assertThat(input.err()).contains("corpus.input: no such file or directory: file:///no/such/text");
    }

    private static CommandRun quickstart(Path folder, String... options) {
        return CommandRun.of(quickstartArguments(folder, options));
    }

    /** In a process of its own, which has to end by itself, HDFS included. */
    private static CommandRun launched(List<String> arguments) throws IOException, InterruptedException {
        try (LaunchedRun run = LaunchedRun.start(work, arguments)) {
            return run.ended(Duration.ofMinutes(2)).done();
        }
    }

    private static List<String> quickstartArguments(Path folder, String... options) {
        List<String> arguments = new ArrayList<>();
        arguments.add("quickstart");
        arguments.add("--work-dir");
        arguments.add(folder.toString());
        arguments.addAll(List.of(options));
        for (String setting : SMALL) {
            arguments.add("--set");
            arguments.add(setting);
        }
        return arguments;
    }
}
