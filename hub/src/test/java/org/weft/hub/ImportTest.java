package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;

/** Directories as others write them: what is read, and for each thing that can be wrong one error and nothing left. */
class ImportTest {
    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();
    private Path from;
    private Path to;

    @BeforeEach
    void name() {
        from = temporary.resolve("hf");
        to = temporary.resolve("run");
    }

    @Test
    void gpt2WithoutPrefixesWithBuffersAndACopiedHead() throws IOException {
        Checkpoint checkpoint = imported(ForeignDirectory.gpt2(from).write());
        assertThat(parameter(checkpoint, "h.0.mlp.c_fc.weight")[5])
                .isEqualTo(ForeignDirectory.value("h.0.mlp.c_fc.weight", 5));
        assertThat(parameter(checkpoint, "wte.weight")[43]).isEqualTo(ForeignDirectory.value("wte.weight", 43));
        assertThat(checkpoint.manifest().step()).isZero();
        assertThat(notices).containsExactly("there is no " + uri(from) + "/tokenizer.json: text needs a tokenizer");
    }

    @Test
    void momentsAreZero() throws IOException {
        Checkpoint checkpoint = imported(ForeignDirectory.gpt2(from).write());
        for (String moment : List.of(CheckpointReader.EXP_AVG, CheckpointReader.EXP_AVG_SQ)) {
            assertThat(vector(checkpoint, moment)).containsOnly(0f);
        }
    }

    @Test
    void llamaWithATiedHeadAndItsCopy() throws IOException {
        Checkpoint checkpoint = imported(ForeignDirectory.llama(from).writeSharded());
        String name = "model.layers.0.mlp.down_proj.weight";
        assertThat(parameter(checkpoint, name)[95]).isEqualTo(ForeignDirectory.value(name, 95));
    }

    @Test
    void aCopyThatIsAnotherTensorIsRefused() throws IOException {
        assertThatThrownBy(() -> imported(
                        ForeignDirectory.gpt2(from).set("lm_head.weight", 7, 3).write()))
                .hasMessage(
                        uri(from) + "/model.safetensors: tensor lm_head.weight is tied to wte.weight and is another:"
                                + " index=7 value=3.0 value of wte.weight=" + ForeignDirectory.value("wte.weight", 7));
        assertThat(to).doesNotExist();
        assertThatThrownBy(() -> imported(
                        ForeignDirectory.llama(from).set("lm_head.weight", 0, 9).write()))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("\"tie_word_embeddings\": false"))
                .hasMessageContaining("tensor lm_head.weight is tied to model.embed_tokens.weight and is another");
        ForeignDirectory bert = headed(ForeignDirectory.bert(from));
        bert.copy("embeddings.word_embeddings.weight", "cls.predictions.decoder.weight");
        bert.set("cls.predictions.decoder.weight", 5, 1);
        assertThatThrownBy(() -> imported(bert.write())).hasMessageContaining("cls.predictions.decoder.weight is tied");
    }

    @Test
    void aCopyAloneStandsForWhatItIsTiedTo() throws IOException {
        ForeignDirectory bert = headed(ForeignDirectory.bert(from));
        bert.copy("cls.predictions.bias", "cls.predictions.decoder.bias").remove("cls.predictions.bias");
        Checkpoint checkpoint = imported(bert.write());
        assertThat(parameter(checkpoint, "cls.predictions.bias")[3])
                .isEqualTo(ForeignDirectory.value("cls.predictions.bias", 3));
    }

    private static ForeignDirectory headed(ForeignDirectory bert) {
        bert.put("cls.predictions.transform.dense.weight", 4, 4).put("cls.predictions.transform.dense.bias", 4);
        bert.put("cls.predictions.transform.LayerNorm.weight", 4).put("cls.predictions.transform.LayerNorm.bias", 4);
        return bert.put("cls.predictions.bias", 11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"_orig_mod.", "module.", "module._orig_mod."})
    void whatAWrapperPutBeforeEveryNameIsNotThere(String wrapper) throws IOException {
        Checkpoint checkpoint =
                imported(ForeignDirectory.llama(from).wrapped(wrapper).write());
        String name = "model.layers.0.mlp.down_proj.weight";
        assertThat(parameter(checkpoint, name)[95]).isEqualTo(ForeignDirectory.value(name, 95));
        assertThat(notices)
                .contains("the name of every tensor begins with " + wrapper
                        + ", which a wrapper left there: read without it");
    }

    @Test
    void namesOfAnotherProgramAreOneLine() throws IOException {
        assertRefused(
                ForeignDirectory.llama(from).wrapped("net.").write(),
                uri(from) + ": none of the 13 tensors has a name of the model's: the first is"
                        + " net.model.embed_tokens.weight, one that is looked for is model.embed_tokens.weight");
    }

    @Test
    void aPointerOfGitLfsIsNoFileOfTensors() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).write();
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
        for (String file : List.of("model.safetensors", "tokenizer.json", "config.json")) {
            byte[] before = Files.exists(from.resolve(file)) ? Files.readAllBytes(from.resolve(file)) : null;
            gpt2.file(file, pointer);
            assertThatThrownBy(() -> imported(gpt2))
                    .isInstanceOfSatisfying(
                            WeftException.class, e -> assertThat(e.hint()).contains("git lfs pull"))
                    .hasMessage(uri(from) + "/" + file
                            + " is a Git LFS pointer: the file that it stands for was not fetched");
            if (before != null) {
                Files.write(from.resolve(file), before);
            } else {
                Files.delete(from.resolve(file));
            }
        }
    }

    @Test
    void aBareBertGetsAFreshHeadAndLosesItsPooler() throws IOException {
        Checkpoint checkpoint = imported(ForeignDirectory.bert(from).write());
        assertThat(parameter(checkpoint, "bert.encoder.layer.0.output.LayerNorm.weight")[3])
                .isEqualTo(ForeignDirectory.value("encoder.layer.0.output.LayerNorm.gamma", 3));
        assertThat(notices)
                .contains(
                        "not in the files, initialised afresh: cls.predictions.transform.dense.weight,"
                                + " cls.predictions.transform.dense.bias, cls.predictions.transform.LayerNorm.weight,"
                                + " cls.predictions.transform.LayerNorm.bias, cls.predictions.bias",
                        "left out, for the model has no place for them: pooler.dense.weight, pooler.dense.bias");
        ParameterLayout layout = layout(checkpoint);
        ByteBuffer expected = ByteBuffer.allocate((int) layout.size() * Float.BYTES);
        Initialization.fill(layout, checkpoint.manifest().seed(), 0, expected.asFloatBuffer());
        Parameter head = find(layout, "cls.predictions.transform.dense.weight");
        float[] fresh = parameter(checkpoint, head.name());
        for (int i = 0; i < fresh.length; i++) {
            assertThat(fresh[i]).isEqualTo(expected.getFloat((int) (head.offset() + i) * Float.BYTES));
        }
    }

    @Test
    void bertWithNextSentencePredictionKeepsItsPooler() throws IOException {
        ForeignDirectory bert = ForeignDirectory.bert(from);
        bert.put("cls.seq_relationship.weight", 2, 4).put("cls.seq_relationship.bias", 2);
        Checkpoint checkpoint = imported(bert.write());
        assertThat(ReplicaLoader.configOf(checkpoint).model().nextSentence()).isTrue();
        assertThat(parameter(checkpoint, "bert.pooler.dense.bias")[2])
                .isEqualTo(ForeignDirectory.value("pooler.dense.bias", 2));
    }

    @Test
    void missingExtraAndMisshapenTensorsAreAllNamedAtOnce() throws IOException {
        ForeignDirectory wrong = ForeignDirectory.gpt2(from);
        wrong.remove("ln_f.bias").remove("h.0.ln_1.weight").put("score.weight", 2, 4);
        wrong.put("wpe.weight", 5, 4).put("wte.weight", "I32", new byte[176], 11, 4);
        assertRefused(
                wrong.write(),
                uri(from) + ": 5 tensors do not fit config.json\n"
                        + "  - tensor score.weight [2, 4] is not one of the model's\n"
                        + "  - tensor wte.weight has dtype I32, F32, F16 and BF16 are read\n"
                        + "  - tensor wpe.weight has shape [5, 4] expected [6, 4]\n"
                        + "  - tensor transformer.h.0.ln_1.weight [4] is missing\n"
                        + "  - tensor transformer.ln_f.bias [4] is missing");
    }

    @Test
    void halfAHeadOfBertIsMissingTheRest() throws IOException {
        ForeignDirectory bert = ForeignDirectory.bert(from).put("cls.predictions.bias", 11);
        assertThatThrownBy(() -> imported(bert.write()))
                .hasMessageContaining("tensor cls.predictions.transform.dense.weight [4, 4] is missing");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
    void aNumberThatIsNoneIsNamedWithItsPlace(float value) throws IOException {
        assertRefused(
                ForeignDirectory.gpt2(from)
                        .set("h.0.mlp.c_fc.weight", 17, value)
                        .write(),
                uri(from) + "/model.safetensors: tensor h.0.mlp.c_fc.weight is not finite: index=17 of shape=[4, 16]"
                        + " value=" + value);
    }

    @Test
    void aHeaderLongerThanItsFile() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).write();
        Path file = from.resolve("model.safetensors");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(99_999_999)
                    .array());
        }
        assertRefused(
                gpt2, uri(file) + ": not a safetensors file: header length=99999999 file bytes=" + Files.size(file));
    }

    @Test
    void aFileThatWasCutShort() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).write();
        Path file = from.resolve("model.safetensors");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(raw.length() - 4);
        }
        assertThatThrownBy(() -> imported(gpt2))
                .hasMessageStartingWith(
                        uri(file) + ": not a safetensors file: tensor ln_f.bias lies outside of the file: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../hf2/model.safetensors", "/etc/passwd", "a/b.safetensors", "..", "hdfs://x/y", ""})
    void anIndexThatLeadsOutOfTheDirectory(String file) throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).writeSharded();
        gpt2.file("model.safetensors.index.json", "{\"weight_map\": {\"wte.weight\": \"" + file + "\"}}");
        assertRefused(
                gpt2, uri(from) + "/model.safetensors.index.json names files that are not in its directory: " + file);
    }

    @Test
    void anIndexThatDoesNotFitItsFiles() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).writeSharded();
        gpt2.file(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"wte.weight\": \"" + ForeignDirectory.part(1) + "\"}}");
        assertRefused(
                gpt2,
                uri(from) + "/model.safetensors.index.json does not fit the files: tensor wte.weight is not in "
                        + ForeignDirectory.part(1));
    }

    @Test
    void aFileThatTheIndexNamesIsMissing() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).writeSharded();
        Files.delete(from.resolve(ForeignDirectory.part(1)));
        assertRefused(gpt2, "there is no file " + uri(from) + "/" + ForeignDirectory.part(1));
    }

    @Test
    void aTokenizerThatTheModelHasNoRowsFor() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).file("tokenizer.json", TinyModels.tokenizer(12));
        assertRefused(
                gpt2.write(),
                "tokenizer and model disagree: " + uri(from)
                        + "/tokenizer.json has ids up to 11, the model's vocab_size=11");
    }

    @Test
    void aPaddedVocabularyIsSaid() throws IOException {
        imported(ForeignDirectory.gpt2(from)
                .file("tokenizer.json", TinyModels.tokenizer(9))
                .write());
        assertThat(notices).containsExactly("the vocabulary is padded: vocab_size=11, the tokenizer uses 9");
    }

    @Test
    void onlySafetensorsAreRead() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).write();
        Files.move(from.resolve("model.safetensors"), from.resolve("pytorch_model.bin"));
        assertRefused(gpt2, uri(from) + " holds no model.safetensors and no model.safetensors.index.json");
    }

    @Test
    void aDirectoryWithoutConfiguration() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).write();
        Files.delete(from.resolve("config.json"));
        assertRefused(gpt2, uri(from) + " is no Hugging Face directory: it has no config.json");
    }

    @Test
    void aRunDirectoryThatIsNotEmptyIsLeftAlone() throws IOException {
        ForeignDirectory gpt2 = ForeignDirectory.gpt2(from).write();
        Path mine = Files.writeString(Files.createDirectories(to).resolve("mine"), "kept");
        assertThatThrownBy(() -> imported(gpt2)).hasMessage(uri(to) + " is not empty");
        assertThat(mine).hasContent("kept");
    }

    private void assertRefused(ForeignDirectory directory, String message) {
        assertThatThrownBy(() -> imported(directory))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage(message);
        assertThat(to).doesNotExist();
    }

    private Checkpoint imported(ForeignDirectory directory) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory.uri())) {
            Checkpoint checkpoint = model.writeTo(uri(to));
            notices.addAll(model.notices());
            return checkpoint;
        }
    }

    private float[] parameter(Checkpoint checkpoint, String name) throws IOException {
        Parameter parameter = find(layout(checkpoint), name);
        float[] all = vector(checkpoint, CheckpointReader.PARAM);
        float[] part = new float[(int) parameter.size()];
        System.arraycopy(all, (int) parameter.offset(), part, 0, part.length);
        return part;
    }

    private float[] vector(Checkpoint checkpoint, String vector) throws IOException {
        float[] all = new float[(int) checkpoint.manifest().parameters()];
        new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest())
                .read(vector, 0, all.length, (offset, bytes) -> bytes.asFloatBuffer()
                        .get(all, (int) offset, bytes.remaining() / Float.BYTES));
        return all;
    }

    private static ParameterLayout layout(Checkpoint checkpoint) {
        return new ModelShape(
                        ReplicaLoader.configOf(checkpoint).model(),
                        checkpoint.manifest().vocabSize())
                .layout();
    }

    private static Parameter find(ParameterLayout layout, String name) {
        return layout.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String uri(Path path) {
        return "file://" + path.toAbsolutePath();
    }
}
