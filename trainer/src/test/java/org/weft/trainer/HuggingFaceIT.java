package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** export, import, inspect and pretrain --from, as a user types them. */
@Tag("once")
class HuggingFaceIT {
    @TempDir
    static Path temporary;

    private static RunFolder run;
    private static Path exported;
    private static String trained;

    @BeforeAll
    static void trainAndExport() throws IOException {
        run = RunFolder.create(temporary.resolve("trained"), RunFolder.SMALL).prepared();
        trained = run.pretrain("training.steps=2").done().paramsSha256();
        exported = temporary.resolve("exported");
        CommandRun export = export(run.dir(), exported, "--max-shard-bytes", "30000");
        assertThat(export.summary().path("files").asInt()).isGreaterThan(1);
        assertThat(export.paramsSha256()).isEqualTo(trained);
    }

    private static CommandRun export(Path from, Path to, String... options) {
        String[] arguments = new String[5 + options.length];
        System.arraycopy(
                new String[] {"export", "--checkpoint", RunFolder.uri(from), "--to", RunFolder.uri(to)},
                0,
                arguments,
                0,
                5);
        System.arraycopy(options, 0, arguments, 5, options.length);
        return CommandRun.of(arguments).done();
    }

    @Test
    void anExportedModelComesBackAndSpeaksTheSame() {
        Path imported = temporary.resolve("imported");
        CommandRun result = CommandRun.of("import", RunFolder.uri(exported), "--to", RunFolder.uri(imported))
                .done();
        assertThat(result.paramsSha256()).isEqualTo(trained);
        assertThat(result.summary().path("model").asText())
                .startsWith("{architecture: gpt2, layers: 1, width: 32, heads: 2");
        assertThat(result.err()).contains("model: {architecture: gpt2");
        assertThat(imported.resolve("corpus")).doesNotExist();
        assertThat(generated(imported)).isEqualTo(generated(run.dir())).hasSizeGreaterThan("the ship".length());
        assertThat(generated(exported)).isEqualTo(generated(imported));
    }

    @Test
    void theChainToTheExportIsProvenAndItsFirstBreakIsNamed() throws IOException {
        CommandRun whole = prove(exported, "--run", RunFolder.uri(run.dir()), "--recompute", "corpus,export");
        assertThat(whole.done().summary().path("holds").asBoolean()).isTrue();
        assertThat(whole.summary().path("kind").asText()).isEqualTo("export");
        assertThat(whole.paramsSha256()).isEqualTo(trained);
        assertThat(exported.resolve(".prove")).as("removed").doesNotExist();

        Path other = temporary.resolve("changed");
        export(run.dir(), other);
        byte[] weights = Files.readAllBytes(other.resolve("model.safetensors"));
        weights[weights.length - 1] ^= 1;
        Files.write(other.resolve("model.safetensors"), weights);
        CommandRun broken = prove(other, "--run", RunFolder.uri(run.dir()));
        assertThat(broken.status()).isEqualTo(3);
        assertThat(broken.err())
                .contains("the first link that differs is the exported file " + RunFolder.uri(other)
                        + "/model.safetensors: expected=");
        assertThat(broken.summary().path("first_difference").path("link").asText())
                .isEqualTo("exported file");
    }

    @Test
    void aProofThatIsAskedForWronglyIsRefusedBeforeItBegins() {
        assertRefused(prove(exported, "--from", "2"), "--from and --to are of --recompute training");
        assertRefused(prove(exported, "--scratch", "/tmp/x"), "--scratch is of --recompute");
        assertRefused(prove(exported, "--recompute", "training"), "--recompute training needs the run");
    }

    private static void assertRefused(CommandRun command, String error) {
        assertThat(command.status()).isEqualTo(2);
        assertThat(command.err()).contains(error);
    }

    private static CommandRun prove(Path what, String... options) {
        return CommandRun.of(Stream.concat(Stream.of("prove", RunFolder.uri(what)), Stream.of(options))
                .toArray(String[]::new));
    }

    @Test
    void whatNeedsACheckpointSaysHowToMakeOne() {
        CommandRun refused = CommandRun.of("evaluate", "--checkpoint", RunFolder.uri(exported));
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "error: " + RunFolder.uri(exported) + " is a Hugging Face directory and no checkpoint",
                        "hint: make a run of it: weft import " + RunFolder.uri(exported) + " --to DIR");
    }

    @Test
    void aDirectoryIsEvaluatedOnTextAsTheRunIsThatItCameFrom() throws IOException {
        Path text = Files.writeString(temporary.resolve("evaluated.txt"), "the ship sailed\n\na quiet sea\n");
        JsonNode plain = evaluated(run.dir(), text);
        assertThat(plain.path("step").asInt()).isEqualTo(2);
        JsonNode direct = evaluated(exported, text);
        assertThat(direct.path("loss")).isEqualTo(plain.path("loss"));
        assertThat(direct.has("step")).isFalse();

        Path begins = temporary.resolve("begins");
        export(run.dir(), begins);
        String config = "{\"bos_token\": \"<|endoftext|>\", \"add_bos_token\": true}";
        Files.writeString(begins.resolve("tokenizer_config.json"), config);
        assertThat(evaluated(begins, text).path("tokens").asInt())
                .as("each document's first token is predicted, too")
                .isEqualTo(plain.path("tokens").asInt() + 2);
    }

    private static JsonNode evaluated(Path model, Path text) {
        return CommandRun.of(
                        "evaluate",
                        "--checkpoint",
                        RunFolder.uri(model),
                        "--input",
                        RunFolder.uri(text),
                        "--set",
                        "cluster.master=local[1]")
                .done()
                .summary();
    }

    private static String generated(Path from) {
        return CommandRun.of(
                        "generate",
                        "--checkpoint",
                        RunFolder.uri(from),
                        "--prompt",
                        "the ship",
                        "--max-new-tokens",
                        "6",
                        "--temperature",
                        "0")
                .done()
                .summary()
                .path("text")
                .asText();
    }

    @Test
    void inspectSaysWhatADirectoryHolds() {
        JsonNode facts =
                CommandRun.of("inspect", RunFolder.uri(exported)).done().json();
        assertThat(facts.path("kind").asText()).isEqualTo("huggingface");
        assertThat(facts.path("architectures").path(0).asText()).isEqualTo("GPT2LMHeadModel");
        assertThat(facts.path("dtypes").path("F32").asLong())
                .isEqualTo(facts.path("parameters").asLong())
                .isGreaterThan(16384);
        assertThat(facts.path("model").path("width").asInt()).isEqualTo(32);
        JsonNode file = CommandRun.of("inspect", facts.path("files").path(0).asText())
                .done()
                .json();
        assertThat(file.path("kind").asText()).isEqualTo("safetensors");
        assertThat(file.path("tensors").path("transformer.wte.weight").toString())
                .isEqualTo("{\"dtype\":\"F32\",\"shape\":["
                        + facts.path("config").path("vocab_size").asInt() + ",32]}");
    }

    @Test
    void aForeignModelIsTrainedOnAndThenResumed() throws IOException {
        RunFolder next = run.sibling("next");
        String from = "--from " + RunFolder.uri(exported);
        CommandRun first = next.pretrain(from, "training.steps=2").done();
        assertThat(first.err()).contains("starting at step 0 with the parameters of " + RunFolder.uri(exported));
        JsonNode imported = CommandRun.of("inspect", RunFolder.uri(next.dir().resolve("imported")))
                .done()
                .json();
        assertThat(imported.path("checkpoints").path(0).path("params_sha256").asText())
                .isEqualTo(trained);
        assertThat(first.paramsSha256()).isNotEqualTo(trained);
        assertThat(next.steps().get(0).path("loss").asDouble())
                .isLessThan(run.steps().get(0).path("loss").asDouble());

        CommandRun second = next.command("pretrain", from, "--resume latest", "training.steps=4")
                .done();
        assertThat(second.err()).contains("resuming from ").doesNotContain("with the parameters of");
    }

    @Test
    void resumeWithoutACheckpointStartsWithTheForeignModel() {
        RunFolder next = run.sibling("supervised");
        CommandRun first = next.pretrain("--from " + RunFolder.uri(run.dir()), "--resume latest", "training.steps=1")
                .done();
        assertThat(first.err()).contains("no checkpoint in ", "starting at step 0 with the parameters of ");
        assertThat(first.summary().path("step").asInt()).isEqualTo(1);
    }

    @Test
    void anotherModelSectionIsOneClearError() {
        RunFolder next = run.sibling("other");
        CommandRun refused = next.pretrain("--from " + RunFolder.uri(exported), "model.heads=4");
        assertThat(refused.status()).isEqualTo(3);
        assertThat(refused.err())
                .contains(
                        "error: " + RunFolder.uri(exported)
                                + " is of another model than is configured: model.heads=4 instead of 2",
                        "hint: take its model section: model: {architecture: gpt2");
        assertThat(next.dir().resolve("imported")).doesNotExist();
        assertThat(next.dir().resolve("checkpoints")).doesNotExist();
    }

    @Test
    void aDirectoryThatIsTakenIsRefused() throws IOException {
        Path taken = Files.createDirectories(temporary.resolve("taken"));
        Files.writeString(taken.resolve("mine"), "kept");
        CommandRun refused = CommandRun.of("import", RunFolder.uri(exported), "--to", RunFolder.uri(taken));
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("error: " + RunFolder.uri(taken) + " is not empty");
    }
}
