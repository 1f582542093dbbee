package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Run directories that version 0.1.0 left: corpora, checkpoints with their recorded configurations, logs, a fine-tuned
 * model on its base. What this version makes of them is what that one would have. Losses were written on another
 * processor, so they agree to float32's rounding, not to the bit.
 */
class GoldenRunsIT {
    /** Steps that the golden runs have. */
    private static final int STEPS = 8;

    private static final double ROUNDING = 1e-4;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "bert"})
    void resumesFromACheckpointOfTheFirstVersion(String family) throws Exception {
        Path run = copyOf(family);
        CommandRun resumed = command("pretrain", run, "--resume", "--set", "training.steps=12");

        assertThat(resumed.err()).contains("resuming from").contains("step-0000000" + STEPS);
        List<JsonNode> expected = lines(run.resolve("after.jsonl"));
        List<JsonNode> steps = lines(run.resolve("metrics.jsonl")).stream()
                .filter(line -> line.has("loss") && line.path("step").asInt() > STEPS)
                .toList();
        assertThat(steps).hasSameSizeAs(expected);
        for (int i = 0; i < steps.size(); i++) {
            assertThat(steps.get(i).path("step")).isEqualTo(expected.get(i).path("step"));
            assertThat(steps.get(i).path("loss").asDouble())
                    .isCloseTo(expected.get(i).path("loss").asDouble(), within(ROUNDING));
        }
    }

    @Test
    void knowsTheParametersOfTheFirstVersion() throws Exception {
        Path run = copyOf("gpt2");
        JsonNode facts =
                CommandRun.of("inspect", RunFolder.uri(run), "--verify").done().json();
        assertThat(facts.toString()).contains("525895415b82405bdd47a2c41bc16feb5998a94f51bc70010ba0e6eec");
    }

    @Test
    void predictsWithAdaptersOfTheFirstVersion() throws Exception {
        Path run = copyOf("lora");
        Path rows = Files.writeString(
                temporary.resolve("rows.jsonl"),
                "{\"text\": \"sea wind storm 3\"}\n{\"text\": \"rope mast quay 5\"}\n");
        Path output = temporary.resolve("predicted");
        CommandRun.of(
                        "predict",
                        "--checkpoint",
                        RunFolder.uri(run),
                        "--input",
                        RunFolder.uri(rows),
                        "--output",
                        RunFolder.uri(output),
                        "--output-format",
                        "jsonl",
                        "--set",
                        "cluster.master=local[2]")
                .done();
        List<JsonNode> predicted = new ArrayList<>();
        try (Stream<Path> files = Files.list(output)) {
            for (Path file : files.filter(each -> !each.getFileName().toString().startsWith(".")
                            && Files.isRegularFile(each)
                            && !each.endsWith("_SUCCESS"))
                    .toList()) {
                predicted.addAll(lines(file));
            }
        }
        assertThat(predicted).hasSize(2).allSatisfy(row -> assertThat(
                        row.path("prediction").asText() + row.path("label").asText())
                .containsAnyOf("bad", "good", "plain"));
    }

    private static CommandRun command(String command, Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                command, "--config", run.resolve("run.yaml").toString(), "--set", "run.dir=" + RunFolder.uri(run)));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments).done();
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(CommandRun::json).toList();
    }

    private Path copyOf(String name) throws IOException, URISyntaxException {
        Path golden =
                Path.of(GoldenRunsIT.class.getResource("/golden-0.1.0/" + name).toURI());
        Path copy = temporary.resolve(name);
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(golden.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return copy;
    }
}
