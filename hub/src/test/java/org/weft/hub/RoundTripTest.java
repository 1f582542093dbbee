package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.tokens.TokenRoles;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;

/** Out and in again: the same parameters, the same model. */
class RoundTripTest extends ModelDirectories {
    private static final long ONE_FILE = 1L << 30;

    static List<String> models() {
        return TinyModels.forms().toList();
    }

    static List<String> everyModel() {
        return TinyModels.all().toList();
    }

    @ParameterizedTest
    @MethodSource("everyModel")
    void float32ComesBackBitByBit(String model) throws IOException {
        Checkpoint before = TinyModels.checkpoint(store, home + "/run", model);
        export(before, "hf", FloatFormat.F32, ONE_FILE);
        Checkpoint after = importFrom("hf");
        assertThat(after.manifest().paramsSha256()).isEqualTo(before.manifest().paramsSha256());
        assertThat(after.manifest().layoutHash()).isEqualTo(before.manifest().layoutHash());
        assertSameModel(before, after);
        assertThat(new CheckpointResolver(store, notices::add)
                        .at(home + "/imported")
                        .manifest()
                        .toJson())
                .isEqualTo(after.manifest().toJson());
    }

    private static void assertSameModel(Checkpoint before, Checkpoint after) {
        ModelConfig was = ReplicaLoader.configOf(before).model();
        ModelConfig is = ReplicaLoader.configOf(after).model();
        assertThat(is)
                .usingRecursiveComparison()
                .ignoringFields("kvHeads", "mlpWidth", "normEpsilon")
                .isEqualTo(was);
        assertThat(List.of(is.keyValueHeads(), is.hiddenWidth(), is.epsilon()))
                .isEqualTo(List.of(was.keyValueHeads(), was.hiddenWidth(), was.epsilon()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void manyFilesHoldTheSame(String model) throws IOException {
        Checkpoint before = TinyModels.checkpoint(store, home + "/run", model);
        List<String> files = export(before, "hf", FloatFormat.F32, 3000);
        assertThat(files).hasSizeGreaterThan(3).first().asString().matches("model-00001-of-\\d{5}\\.safetensors");
        JsonNode index = json("hf/model.safetensors.index.json");
        assertThat(index.path("metadata").path("total_size").asLong())
                .isEqualTo(4 * before.manifest().parameters());
        assertThat(importFrom("hf").manifest().paramsSha256())
                .isEqualTo(before.manifest().paramsSha256());
    }

    @ParameterizedTest
    @MethodSource("models")
    void halfPrecisionComesBackRounded(String model) throws IOException {
        Checkpoint before = TinyModels.checkpoint(store, home + "/run", model);
        for (FloatFormat format : List.of(FloatFormat.F16, FloatFormat.BF16)) {
            export(before, "hf-" + format, format, ONE_FILE);
            Checkpoint after = importFrom("hf-" + format);
            float[] expected = parameters(before);
            float[] actual = parameters(after);
            double unit = format == FloatFormat.F16 ? 0x1p-11 : 0x1p-8;
            for (int i = 0; i < expected.length; i++) {
                assertThat(Math.abs(actual[i] - expected[i]))
                        .as("%s element %d", format, i)
                        .isLessThanOrEqualTo((float) Math.max(unit * Math.abs(expected[i]), 0x1p-25));
            }
            store.delete(home + "/imported");
        }
    }

    @Test
    void writesWhatHuggingFaceReads() throws IOException {
        export(TinyModels.checkpoint(store, home + "/run", TinyModels.GPT2), "hf", FloatFormat.BF16, ONE_FILE);
        JsonNode config = json("hf/config.json");
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("GPT2LMHeadModel");
        assertThat(config.path("activation_function").asText()).isEqualTo("gelu_new");
        assertThat(config.path("n_layer").asInt()).isEqualTo(2);
        assertThat(config.path("n_inner").asInt()).isEqualTo(64);
        assertThat(config.path("vocab_size").asInt()).isEqualTo(TinyModels.VOCABULARY);
        assertThat(config.path("torch_dtype").asText()).isEqualTo("bfloat16");
        JsonNode file = HuggingFaceFacts.ofFile(store, home + "/hf/model.safetensors");
        assertThat(file.path("metadata").path("format").asText()).isEqualTo("pt");
        assertThat(file.path("tensors")
                        .path("transformer.h.1.attn.c_attn.weight")
                        .toString())
                .isEqualTo("{\"dtype\":\"BF16\",\"shape\":[16,48]}");
        try (var files = Files.list(temporary.resolve("hf"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.json", "generation_config.json", "model.safetensors", "weft.json");
        }
    }

    @Test
    void tokenizerAndItsCompanionsGoAlong() throws IOException {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("hf"));
        foreign.file("tokenizer.json", TinyModels.tokenizer(11)).file("generation_config.json", "{\"top_k\": 3}");
        foreign.write();
        Checkpoint imported = importFrom("hf");
        assertThat(imported.manifest().tokenizerSha256()).hasSize(64);
        export(imported, "out", FloatFormat.F32, ONE_FILE);
        assertThat(temporary.resolve("out/tokenizer.json"))
                .hasSameTextualContentAs(foreign.path().resolve("tokenizer.json"));
        assertThat(temporary.resolve("out/generation_config.json")).hasContent("{\"top_k\": 3}");
        assertThat(json("out/tokenizer_config.json").path("eos_token").asText()).isEqualTo("<|endoftext|>");
        assertThat(json("out/config.json").path("eos_token_id").asInt()).isEqualTo(10);
    }

    @Test
    void whatTokensAreForGoesOutAsItCameIn() throws IOException {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("hf"));
        foreign.file("tokenizer.json", TinyModels.tokenizer(11)).file("chat_template.jinja", "{{ messages }}");
        Files.createDirectory(foreign.path().resolve("additional_chat_templates"));
        foreign.file("additional_chat_templates/tool_use.jinja", "{{ tools }}");
        foreign.config("bos_token_id", "3").config("eos_token_id", "[4, 10]").config("pad_token_id", "0");
        foreign.file("tokenizer_config.json", "{\"eos_token\": \"w4\", \"model_max_length\": 1e30}")
                .write();
        Checkpoint imported = importFrom("hf");
        assertThat(ModelTokenizer.open(store, imported).roles().ids(TokenRoles.END))
                .containsExactly(4, 10);
        export(imported, "out", FloatFormat.F32, ONE_FILE);
        for (String file : List.of("config.json", "generation_config.json")) {
            assertThat(json("out/" + file).path("bos_token_id").asInt())
                    .as(file)
                    .isEqualTo(3);
            assertThat(json("out/" + file).path("eos_token_id").toString())
                    .as(file)
                    .isEqualTo("[4,10]");
            assertThat(json("out/" + file).path("pad_token_id").asInt(-1))
                    .as(file)
                    .isZero();
        }
        for (String file :
                List.of("tokenizer_config.json", "chat_template.jinja", "additional_chat_templates/tool_use.jinja")) {
            assertThat(temporary.resolve("out/" + file))
                    .hasSameTextualContentAs(foreign.path().resolve(file));
        }
    }

    @Test
    void aTemplateThatWasLearntTakesThePlaceOfTheOneThatTheModelCameWith() throws IOException {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("hf"));
        foreign.file("tokenizer.json", TinyModels.tokenizer(11))
                .file("tokenizer_config.json", "{\"chat_template\": \"own\", \"model_max_length\": 9}")
                .write();
        new HuggingFaceExport(store, importFrom("hf"), notices::add)
                .write(home + "/out", new HuggingFaceExport.Options(FloatFormat.F32, ONE_FILE, "{{ learnt }}"));
        assertThat(temporary.resolve("out/chat_template.jinja")).hasContent("{{ learnt }}");
        assertThat(json("out/tokenizer_config.json").toString()).isEqualTo("{\"model_max_length\":9}");
        assertThat(json("out/weft.json").path("files").has("chat_template.jinja"))
                .isTrue();
    }

    @Test
    void aBeginningThatIsNotNamedIsNotMadeUp() throws IOException {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("hf"));
        foreign.file("tokenizer.json", TinyModels.tokenizer(11))
                .config("eos_token_id", "10")
                .write();
        export(importFrom("hf"), "out", FloatFormat.F32, ONE_FILE);
        assertThat(json("out/config.json").path("bos_token_id").isNull()).isTrue();
        assertThat(json("out/config.json").path("eos_token_id").asInt()).isEqualTo(10);
    }

    @Test
    void aClassifierOfACausalModelNamesWhatPadsIt() throws IOException {
        WeftConfig config = TinyModels.config("/run", TinyModels.GPT2);
        Map<String, Integer> ids = Map.of("a", 0, "<|endoftext|>", 1);
        ObjectNode generative = Json.MAPPER.createObjectNode();
        new TokenizerFiles(config, ids, TokenRoles.NONE, List.of()).putIds(generative);
        assertThat(generative.toString()).isEqualTo("{\"bos_token_id\":1,\"eos_token_id\":1,\"pad_token_id\":null}");
        WeftConfig classifier = ConfigLoader.load(
                "test",
                "run: {dir: /run}\nmodel: " + TinyModels.GPT2
                        + "\nfinetune: {from: /base, task: classification, labels: [x, y]}",
                List.of());
        ObjectNode padded = Json.MAPPER.createObjectNode();
        TokenizerFiles files = new TokenizerFiles(classifier, ids, TokenRoles.NONE, List.of());
        files.putIds(padded);
        assertThat(padded.path("pad_token_id").asInt()).isEqualTo(1);
        assertThat(files.tokenizerConfig().path("pad_token").asText()).isEqualTo("<|endoftext|>");

        TokenRoles roles =
                new TokenRoles(Map.of("pad", "<|endoftext|>", "unk", "a"), Map.of("pad", List.of(1)), null, true);
        TokenizerFiles closed = new TokenizerFiles(classifier, ids, roles, List.of(1));
        closed.putIds(padded);
        assertThat(padded.path("pad_token_id").asInt())
                .as("not what closes each text")
                .isEqualTo(0);
        assertThat(closed.completed(
                        "{\"pad_token\": \"<|endoftext|>\", \"x\": 1}".getBytes(StandardCharsets.UTF_8), ""))
                .asString()
                .isEqualToIgnoringWhitespace("{\"pad_token\": \"a\", \"x\": 1}");
        assertThatThrownBy(() -> new TokenizerFiles(classifier, ids, TokenRoles.NONE, List.of(1)).putIds(padded))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("no token is left to pad with");

        WeftConfig vectors = ConfigLoader.load(
                "test",
                "run: {dir: /run}\nmodel: " + TinyModels.GPT2 + "\nfinetune: {from: /base, task: embedding}",
                List.of());
        TokenizerFiles embedder = new TokenizerFiles(vectors, ids, TokenRoles.NONE, List.of(1));
        assertThat(embedder.tokenizerConfig().path("pad_token").asText())
                .as("masked, so that what closes texts will do")
                .isEqualTo("<|endoftext|>");
        byte[] said = "{\"pad_token\": \"a\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(new TokenizerFiles(vectors, ids, roles, List.of(1)).completed(said, ""))
                .isEqualTo(said);
    }

    @Test
    void aTokenizerThatWasChangedAfterTheImportIsNotExported() throws IOException {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("hf"));
        foreign.file("tokenizer.json", TinyModels.tokenizer(11)).write();
        Checkpoint imported = importFrom("hf");
        assertThat(ModelTokenizer.open(store, imported).path()).isEqualTo(home + "/imported/tokenizer.json");
        Files.delete(temporary.resolve("imported/.tokenizer.json.crc"));
        Files.writeString(temporary.resolve("imported/tokenizer.json"), TinyModels.tokenizer(10));
        assertThatThrownBy(() -> ModelTokenizer.open(store, imported))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith(
                        "tokenizer does not belong to this model: file=" + home + "/imported/tokenizer.json sha256 ");
        export(imported, "out", FloatFormat.F32, ONE_FILE);
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith("no tokenizer is exported: tokenizer does not belong");
        assertThat(temporary.resolve("out/tokenizer.json")).doesNotExist();
    }

    @Test
    void aDirectoryThatIsNotEmptyIsLeftAlone() throws IOException {
        Checkpoint checkpoint = TinyModels.checkpoint(store, home + "/run", TinyModels.GPT2);
        Path kept = Files.writeString(
                Files.createDirectories(temporary.resolve("out")).resolve("mine.txt"), "kept");
        assertThatThrownBy(() -> export(checkpoint, "out", FloatFormat.F32, ONE_FILE))
                .isInstanceOf(WeftException.class)
                .hasMessage(home + "/out is not empty");
        assertThat(kept).hasContent("kept");
    }

    @Test
    void whatDoesNotFitIntoFloat16IsNamedAndNothingIsLeft() throws IOException {
        WeftConfig config = TinyModels.config(home + "/run", TinyModels.GPT2);
        ParameterLayout layout = new ModelShape(config.model(), TinyModels.VOCABULARY).layout();
        Checkpoint checkpoint = InitialCheckpoint.write(
                store,
                RunDirectory.of(home + "/run"),
                new RunIdentity(config, layout, new Vocabulary(TinyModels.VOCABULARY, "")),
                (offset, length, sink) -> TinyModels.fill(layout, offset, length, (at, bytes) -> {
                    bytes.putFloat(Float.BYTES * (TinyModels.VOCABULARY * 16 + 3), 70000);
                    sink.accept(at, bytes);
                }));
        assertThatThrownBy(() -> export(checkpoint, "out", FloatFormat.F16, ONE_FILE))
                .isInstanceOf(WeftException.class)
                .hasMessage("parameter wpe.weight does not fit into f16: index=3 value=70000.0");
        assertThat(temporary.resolve("out")).doesNotExist();

        Path there = Files.createDirectories(temporary.resolve("out"));
        assertThatThrownBy(() -> export(checkpoint, "out", FloatFormat.F16, ONE_FILE))
                .isInstanceOf(WeftException.class);
        assertThat(there).as("it was there before").isEmptyDirectory();
    }

    private List<String> export(Checkpoint checkpoint, String name, FloatFormat format, long maxFileBytes)
            throws IOException {
        return new HuggingFaceExport(store, checkpoint, notices::add)
                .write(home + "/" + name, new HuggingFaceExport.Options(format, maxFileBytes, ""));
    }

    private Checkpoint importFrom(String name) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, home + "/" + name)) {
            return model.writeTo(home + "/imported");
        }
    }
}
