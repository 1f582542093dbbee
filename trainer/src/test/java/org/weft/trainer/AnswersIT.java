package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts that a model generates, and what is made of them: on the way, at the end, by beam search. */
@Tag("once")
class AnswersIT {
    @TempDir
    static Path temporary;

    private static RunFolder base;

    @BeforeAll
    static void pretrain() throws IOException {
        base = RunFolder.create(temporary.resolve("base"), "{layers: 1, width: 32, heads: 2, context: 48}")
                .prepared();
        base.pretrain("training.eval_every=0").done();
    }

    private static RunFolder tuned(String name) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        Path train = Files.writeString(temporary.resolve("train.jsonl"), LabelledRows.turnedPairs(96, 1));
        Path test = Files.writeString(temporary.resolve("test.jsonl"), LabelledRows.turnedPairs(20, 2));
        String yaml = """
                run: {name: answers, dir: "%s", seed: 5}
                cluster: {master: "local[8]", workers: 1, servers: 1, device: cpu}
                dataset: {train: ["%s"], validation: ["%s"], test: ["%s"]}
                finetune: {task: instruction, from: "%s", metric: chrf, epochs: 8}
                training: {global_batch: 16, micro_batch: 4, lanes: 4, learning_rate: 1.0e-2, warmup_steps: 2, eval_every: 24}
                checkpoint: {every: 24}
                """.formatted(
                        RunFolder.uri(home.resolve("run")),
                        RunFolder.uri(train),
                        RunFolder.uri(test),
                        RunFolder.uri(test),
                        RunFolder.uri(base.dir()));
        return new RunFolder(home, Files.writeString(home.resolve("run.yaml"), yaml));
    }

    /** Workers answer, each for its batches: how many there are changes no score. */
    @Test
    void answersAreJudgedOnTheWayAsTheReportJudgesThem() throws IOException {
        Set<List<JsonNode>> evaluations = new LinkedHashSet<>();
        JsonNode report = null;
        RunFolder tuned = null;
        for (int workers = 1; workers <= 2; workers++) {
            tuned = tuned("tuned-" + workers);
            CommandRun run =
                    tuned.command("finetune", "cluster.workers=" + workers).done();
            report = run.summary().path("metrics");
            List<JsonNode> steps = new ArrayList<>();
            for (JsonNode line : tuned.metrics()) {
                if (line.has("val_chrf")) {
                    steps.add(((ObjectNode) line).without(List.of("time")));
                }
            }
            evaluations.add(steps);
        }
        assertThat(evaluations).hasSize(1);
        JsonNode best = evaluations.iterator().next().stream()
                .max(Comparator.comparingDouble(line -> line.path("val_chrf").asDouble()))
                .orElseThrow();
        assertThat(best.path("val_chrf").asDouble()).isPositive();
        for (String metric : List.of("chrf", "bleu", "rougeL", "exact_match")) {
            assertThat(report.path(metric).asDouble())
                    .as(metric)
                    .isCloseTo(best.path("val_" + metric).asDouble(), within(1e-9));
        }
        searchesForTheAnswers(tuned);
    }

    private static void searchesForTheAnswers(RunFolder tuned) {
        String output = RunFolder.uri(temporary.resolve("searched"));
        CommandRun searched = tuned.command(
                        "evaluate", "--checkpoint " + RunFolder.uri(tuned.dir()), "--beams 3", "--output " + output)
                .done();
        assertThat(searched.summary().path("metrics").path("chrf").asDouble()).isPositive();
        assertThat(temporary.resolve("searched/results.json"))
                .content()
                .contains("3 beams, length penalty 1.0, early stopping false");
        CommandRun choices = tuned.command(
                "evaluate", "--checkpoint " + RunFolder.uri(tuned.dir()), "--beams 3", "--choices", "--input x");
        assertThat(choices.status()).isEqualTo(2);
        assertThat(choices.err()).contains("--choices is not for --beams");
    }

    @Test
    void theLikeliestTextIsGenerated() {
        String[] generate = {
            "generate", "--checkpoint", RunFolder.uri(base.dir()), "--prompt", "the sea", "--max-new-tokens", "8"
        };
        CommandRun searched = CommandRun.of(with(generate, "--beams", "3")).done();
        assertThat(searched.summary().path("text").asText()).startsWith("the sea");
        CommandRun uncached =
                CommandRun.of(with(generate, "--beams", "3", "--no-cache")).done();
        assertThat(uncached.summary().path("text")).isEqualTo(searched.summary().path("text"));
        for (String[] refused : new String[][] {
            {"--beams", "0"},
            {"--beams", "3", "--temperature", "1"},
            {"--beams", "3", "--stop", "x"},
            {"--length-penalty", "2"}
        }) {
            CommandRun run = CommandRun.of(with(generate, refused));
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains(refused[refused.length - 2], "--beams");
        }
    }

    private static String[] with(String[] given, String... more) {
        return Stream.concat(Stream.of(given), Stream.of(more)).toArray(String[]::new);
    }
}
