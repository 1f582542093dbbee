package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.storage.HadoopStore;
import org.weft.trainer.CommandRun;
import org.weft.trainer.UntrainedRun;

/** {@code prune} writes a smaller model, of a checkpoint and of a Hugging Face directory alike, and refuses what it does not do. */
class PruneCommandTest {
    private static final int VOCABULARY = 11;

    @TempDir
    Path temporary;

    @BeforeEach
    void checkpoint() throws IOException {
        UntrainedRun.write(
                HadoopStore.local(),
                uri("run"),
                "{architecture: llama, layers: 2, width: 16, heads: 4, mlp_width: 32, context: 8}",
                VOCABULARY);
    }

    @Test
    void aSmallerModelIsWrittenAndReadAgain() throws IOException {
        CommandRun first =
                prune("run", "small", "--heads", "0.25", "--units", "0.25").done();
        JsonNode summary = first.summary();
        assertThat(summary.path("heads").asInt()).isEqualTo(3);
        assertThat(summary.path("head_dim").asInt()).isEqualTo(4);
        assertThat(summary.path("mlp_width").asInt()).isEqualTo(24);
        assertThat(summary.path("flops").asDouble())
                .isLessThan(summary.path("flops_before").asDouble());
        assertThat(first.err()).contains("times as fast");
        assertThat(temporary.resolve("small/weft.json"))
                .as("it is no checkpoint's model")
                .doesNotExist();

        JsonNode again = prune("small", "smaller", "--blocks", "1").done().summary();
        assertThat(again.path("layers").asInt()).isEqualTo(1);
        assertThat(again.path("parameters_before")).isEqualTo(summary.path("parameters"));
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .as("what was imported is gone")
                    .containsExactlyInAnyOrder("run", "small", "smaller");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--units 0.5 --method taylor | --method taylor without --text",
                "--units 0.5 --text a.txt | --text has no effect with --method magnitude",
                "--units 0.5 --tokens 9 | --tokens has no effect without --method taylor",
                "--units 0.01 | --units 0.01 of 32 units of a perceptron is none of them",
                "--units 0.5 --set run.seed=1 | Unknown options: '--set', 'run.seed=1'",
                "--units 0.5 --method other | Invalid value for option '--method'"
            })
    void whatHasNoEffectIsRefused(String words, String message) {
        assertThat(prune("run", "small", words.split(" ")).err()).contains(message);
        assertThat(temporary.resolve("small")).doesNotExist();
    }

    private CommandRun prune(String input, String output, String... words) {
        List<String> line = new ArrayList<>(List.of("prune", "--input", uri(input), "--output", uri(output)));
        line.addAll(List.of(words));
        return CommandRun.of(line.toArray(String[]::new));
    }

    private String uri(String name) {
        return "file://" + temporary.resolve(name).toAbsolutePath();
    }
}
