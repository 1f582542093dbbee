package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Json;

/** Examples on executors in processes of their own. */
@Timeout(300)
class ExampleRunIT {
    private final PrintStream stdout = System.out;

    @TempDir
    Path directory;

    @AfterEach
    void restore() {
        System.setOut(stdout);
    }

    @Test
    void theClusterComputesWhatOneProcessDoes() {
        assertThat(run("attention-classifier", "work", "--small", "--compare-steps", "3"))
                .isZero();
        assertThat(directory.resolve("work/run/fit-00001/model.zip")).exists();
    }

    @Test
    void anExampleHasTheSameBitsOnAnyNumberOfWorkersAndBelongsToItsDirectory() throws IOException {
        Path table = directory.resolve("table.csv");
        StringBuilder rows = new StringBuilder("x,y,kind\n");
        for (int i = 0; i < 90; i++) {
            rows.append(i % 9)
                    .append(',')
                    .append(i % 4 == 0 ? "" : i % 5)
                    .append(',')
                    .append(i % 9 > 4 ? "high\n" : "low\n");
        }
        Files.writeString(table, rows);
        String input = table.toString();

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(run("tabular-mlp", "two", "--small", "--input", input)).isZero();
        assertThat(run("tabular-mlp", "one", "--small", "--input", input, "--workers", "1"))
                .isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(Json.MAPPER.readTree(line));
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).path("params_sha256").asText())
                .hasSize(64)
                .isEqualTo(lines.get(1).path("params_sha256").asText());
        assertThat(lines.get(0).path("accuracy").asDouble()).isGreaterThan(0.6);
        assertThat(directory.resolve("two/page.html")).content().contains("Confusion matrix", "<td>3</td>");

        assertThat(run("tabular-mlp", "two", "--small", "--input", input, "--label", "y"))
                .as("other data in the same directory")
                .isEqualTo(2);
    }

    @Test
    void whatThereIsNotIsRefusedBeforeAnythingIsWritten() {
        assertThat(run("perceptron", "work")).isEqualTo(2);
        assertThat(run("attention-classifier", "work")).isEqualTo(2);
        assertThat(run("digits-cnn", "work", "--network", "vit")).isEqualTo(2);
        assertThat(run("digits-cnn", "work", "--label", "kind")).isEqualTo(2);
        assertThat(run("digits-cnn", "work", "--workers", "0")).isEqualTo(2);
        assertThat(run(
                        "digits-cnn",
                        "work",
                        "--input",
                        directory.resolve("none").toString()))
                .isEqualTo(3);
        assertThat(run("digits-cnn", "work", "--speed", "9")).isEqualTo(2);
        assertThat(directory.resolve("work")).doesNotExist();
    }

    private int run(String name, String workDir, String... more) {
        List<String> words = new ArrayList<>(List.of(name, "--examples", "../examples"));
        words.addAll(List.of("--work-dir", directory.resolve(workDir).toString()));
        words.addAll(List.of(more));
        return ExampleRun.run(words.toArray(String[]::new));
    }
}
