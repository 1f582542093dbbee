package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.storage.HadoopStore;
import org.weft.trainer.CommandRun;
import org.weft.trainer.UntrainedRun;

/** {@code export} writes the format that is asked for, and refuses what that format does not have. */
class ExportCommandTest {
    private static final int VOCABULARY = 11;

    @TempDir
    Path temporary;

    @BeforeEach
    void checkpoint() throws IOException {
        UntrainedRun.write(
                HadoopStore.local(),
                uri("run"),
                "{architecture: llama, layers: 1, width: 32, heads: 2, mlp_width: 32, context: 8}",
                VOCABULARY);
    }

    @Test
    void eachFormatHasItsTypes() {
        assertThat(export("--format", "gguf").done().summary().path("dtype").asText())
                .isEqualTo("f16");
        assertThat(temporary.resolve("out/model.gguf")).exists();
        assertThat(export("--format", "GGUF", "--type", "Q4_0").err()).contains("out is not empty");
        String typed = CommandRun.of(
                        "export", "--checkpoint", uri("run"), "--to", uri("onnx"), "--format", "onnx", "--type", "int8")
                .done()
                .summary()
                .path("dtype")
                .asText();
        assertThat(typed).isEqualTo("int8");
        assertThat(temporary.resolve("onnx/model.onnx")).exists();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--type f16 | --type f16 is not of --format huggingface | --dtype f32, f16 or bf16",
                "--format gguf --type int8 | --type int8 is not of --format gguf | say one of f32, f16, q4_0, q8_0",
                "--format onnx --type q8_0 | --type q8_0 is not of --format onnx | say one of f32, int8",
                "--format gguf --dtype f16 | --format gguf with --dtype, --max-shard-bytes or --adapter | leave them out",
                "--format onnx --max-shard-bytes 5000000000 | --format onnx with --dtype | leave them out",
                "--format onnx --adapter | --format onnx with --dtype | leave them out"
            })
    void whatAFormatDoesNotHaveIsRefused(String options, String message, String hint) {
        CommandRun run = export(options.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(message).contains(hint);
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    private CommandRun export(String... options) {
        List<String> arguments = new ArrayList<>(List.of("export", "--checkpoint", uri("run"), "--to", uri("out")));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments);
    }

    private String uri(String name) {
        return "file://" + temporary.resolve(name);
    }
}
