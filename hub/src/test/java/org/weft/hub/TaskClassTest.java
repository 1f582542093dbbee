package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.DatasetConfig.Unanswerable;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.Family;
import org.weft.core.model.HubTable;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;

/** Fine-tuned classes of Hugging Face's: what config.json says of them, and out and in again. */
class TaskClassTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "BertForSequenceClassification | {}                                                     | classification | LABEL_0 LABEL_1",
                "BertForSequenceClassification | {\"num_labels\":3}                                     | classification | LABEL_0 LABEL_1 LABEL_2",
                "BertForSequenceClassification | {\"id2label\":{\"1\":\"a\",\"0\":\"z\"}}               | classification | z a",
                "BertForSequenceClassification | {\"id2label\":{\"0\":\"z\"}}                           | regression     | ``",
                "BertForSequenceClassification | {\"problem_type\":\"multi_label_classification\"}      | multilabel     | LABEL_0 LABEL_1",
                "BertForSequenceClassification | {\"problem_type\":\"regression\",\"num_labels\":1}     | regression     | ``",
                "BertForTokenClassification    | {\"id2label\":{\"0\":\"O\",\"1\":\"B\",\"2\":\"I\"}}   | tokens         | O B I",
                "BertForQuestionAnswering      | {}                                                     | qa             | ``",
            })
    void headAndLabelsAreThoseOfConfigJson(String architecture, String more, String task, String labels)
            throws IOException {
        FinetuneConfig read = read(config(architecture, more)).finetune();
        assertThat(read.task().word()).isEqualTo(task);
        assertThat(String.join(" ", read.labels())).isEqualTo(labels);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"problem_type\":\"ranking\"} | problem_type=ranking is not one that Weft has: single_label_classification,",
                "{\"problem_type\":\"regression\"} | problem_type=regression of 2 outputs is not one that Weft has: it predicts one number",
                "{\"id2label\":{\"0\":\"a\",\"2\":\"b\"}} | has no text for 1 of 2 outputs",
                "{\"id2label\":{\"0\":\"a\",\"1\":\"a\"}} | id2label has the label \"a\" twice",
            })
    void whatItCannotMeanIsRefusedByName(String more, String problem) throws IOException {
        JsonNode config = config("BertForSequenceClassification", more);
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("dir/config.json: ")
                .hasMessageContaining(problem);
    }

    @Test
    void labelsThatDisagreeAreSaid() throws IOException {
        JsonNode config = config(
                "BertForSequenceClassification",
                "{\"id2label\":{\"0\":\"a\",\"1\":\"b\"},\"label2id\":{\"a\":1,\"b\":1}}");
        assertThat(HuggingFaceConfig.read(HubTable.of(config, "c"), config, Set.of(), "dir/config.json")
                        .notices())
                .containsExactly("config.json: label2id has a=1, id2label has b there, which is taken");
    }

    @Test
    void aHeadThatTheFilesLackIsAnError() throws IOException {
        Path directory = temporary.resolve("body");
        ForeignDirectory.bert(directory)
                .config("architectures", "[\"BertForTokenClassification\"]")
                .write();
        assertThatThrownBy(() -> HuggingFaceModel.open(store, "file://" + directory)
                        .writeTo("file://" + temporary.resolve("run")))
                .hasMessageContaining("tensor classifier.weight [2, 4] is missing");
    }

    static Stream<List<String>> tuned() {
        return Stream.of(
                        TinyModels.BERT,
                        TinyModels.GPT2,
                        TinyModels.LLAMA,
                        TinyModels.ROBERTA,
                        TinyModels.DISTILBERT,
                        TinyModels.MODERNBERT)
                .flatMap(model -> Stream.of("classification", "multilabel", "regression", "tokens", "qa")
                        .map(task -> List.of(model, task)));
    }

    @ParameterizedTest
    @MethodSource("tuned")
    void outAndInAgainAreTheSameBits(List<String> modelAndTask) throws IOException {
        String task = modelAndTask.get(1);
        boolean labelled = !List.of("regression", "qa").contains(task);
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: \"file://" + temporary.resolve("run") + "\"}\nmodel: " + modelAndTask.get(0)
                        + "\nfinetune: {from: x, task: " + task + (labelled ? ", labels: [z, a, m]}" : "}"),
                List.of());
        ParameterLayout layout =
                new ModelShape(config.model(), TinyModels.VOCABULARY, Adaptation.of(config, List.of())).layout();
        Checkpoint before = InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(TinyModels.VOCABULARY, "")),
                (offset, length, sink) -> TinyModels.fill(layout, offset, length, sink));
        String exported = "file://" + temporary.resolve("hf");
        new HuggingFaceExport(store, before, said -> {})
                .write(exported, new HuggingFaceExport.Options(FloatFormat.F32, 1L << 30, ""));
        try (HuggingFaceModel model = HuggingFaceModel.open(store, exported)) {
            Checkpoint after = model.writeTo("file://" + temporary.resolve("imported"));
            assertThat(after.manifest().paramsSha256())
                    .isEqualTo(before.manifest().paramsSha256());
            FinetuneConfig read = ReplicaLoader.configOf(after).finetune();
            assertThat(read.task()).isEqualTo(TaskName.named(task));
            assertThat(read.labels()).isEqualTo(config.finetune().labels());
            assertThat(read.from()).isEqualTo(exported);
        }
    }

    /** Others' question answerers are read as pipelines of transformers read them, Weft's as they were tuned. */
    @Test
    void howRowsAreReadIsWrittenWhereOthersWouldReadThemOtherwise() throws IOException {
        WeftConfig theirs = read(config("BertForQuestionAnswering", "{\"max_position_embeddings\":64}"));
        assertThat(theirs.dataset().docStride()).isEqualTo(14); // 128, but less than a quarter of its context
        assertThat(theirs.dataset().unanswerable()).isEqualTo(Unanswerable.NONE);
        assertThat(reading(theirs)).hasToString("{\"unanswerable\":\"none\"}");

        String tuned = "dataset: {doc_stride: 2, unanswerable: some, max_length: 12}\nfinetune: {from: x, task: qa}";
        assertThat(reading(tuned)).hasToString("{\"max_length\":12,\"doc_stride\":2,\"unanswerable\":\"some\"}");
        assertThat(reading("finetune: {from: x, task: qa}"))
                .hasToString("{\"unanswerable\":\"auto\"}"); // its context is too short for a stride
        assertThat(reading("finetune: {from: x, task: regression}")).isNull();
        assertThat(reading("dataset: {split_special_tokens: false}\nfinetune: {from: x, task: regression}"))
                .hasToString("{\"split_special_tokens\":false}");
    }

    @Test
    void whoeverMayNotSayThatThereIsNoAnswerIsTold() throws IOException {
        Path directory = temporary.resolve("qa");
        ForeignDirectory.bert(directory)
                .config("architectures", "[\"BertForQuestionAnswering\"]")
                .write();
        try (HuggingFaceModel theirs = HuggingFaceModel.open(store, "file://" + directory)) {
            assertThat(theirs.configIn("x").dataset().unanswerable()).isEqualTo(Unanswerable.NONE);
            assertThat(theirs.notices())
                    .anyMatch(said -> said.startsWith("it always gives an answer, for nothing beside"));
        }
        Files.writeString(directory.resolve("weft.json"), "{}");
        try (HuggingFaceModel older = HuggingFaceModel.open(store, "file://" + directory)) {
            assertThat(older.configIn("x").dataset().unanswerable()).isEqualTo(Unanswerable.AUTO);
            assertThat(older.notices()).noneMatch(said -> said.startsWith("it always gives"));
        }
    }

    @Test
    void keysOfReadingThatAreNoneAreRefusedAndOthersSaid() throws IOException {
        Path directory = temporary.resolve("read");
        ForeignDirectory.bert(directory)
                .config("architectures", "[\"BertForQuestionAnswering\"]")
                .config("weft", "{\"max_length\":7,\"unanswerable\":\"some\"}")
                .write();
        try (HuggingFaceModel model = HuggingFaceModel.open(store, "file://" + directory)) {
            assertThat(model.notices())
                    .contains("rows are read as weft in config.json says, which further training by others leaves as it"
                            + " was: {\"max_length\":7,\"unanswerable\":\"some\"}");
        }
        assertThatThrownBy(() -> read(config("BertForQuestionAnswering", "{\"weft\":{\"docstride\":3}}")))
                .hasMessageContaining("weft.docstride=3 is not a key that Weft knows: max_length, split_special_tokens,"
                        + " doc_stride, unanswerable");
        assertThatThrownBy(() -> read(config("BertForQuestionAnswering", "{\"weft\":[3]}")))
                .hasMessageContaining("weft=[3] is no JSON object");
    }

    private static JsonNode reading(String sections) {
        return reading(
                ConfigLoader.load("test", "run: {dir: x}\nmodel: " + TinyModels.BERT + "\n" + sections, List.of()));
    }

    /** The key of what is written, which is read again as it was. */
    private static JsonNode reading(WeftConfig config) {
        ObjectNode written = HuggingFaceConfig.write(Family.of(config.model()).hub(), config, TinyModels.VOCABULARY);
        DatasetConfig again = read(written).dataset();
        assertThat(again.docStride()).isEqualTo(config.dataset().docStride());
        assertThat(again.unanswerable()).isEqualTo(config.dataset().unanswerable());
        assertThat(again.maxLength()).isEqualTo(config.dataset().maxLength());
        assertThat(again.splitSpecialTokens()).isEqualTo(config.dataset().splitSpecialTokens());
        return written.get("weft");
    }

    /** What its classes pool is a key of theirs; what they cannot pool is not exported. */
    @ParameterizedTest
    @CsvSource({"auto, cls, AUTO", "first, cls, AUTO", "mean, mean, MEAN"})
    void whatIsPooledIsSaidWhereTheClassHasAKeyForIt(String pooling, String key, Pooling read) throws IOException {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: x}\nmodel: " + TinyModels.MODERNBERT + "\nfinetune: {from: x, task: regression, pooling: "
                        + pooling + "}",
                List.of());
        HubTable family = Family.of(config.model()).hub();
        ObjectNode written = HuggingFaceConfig.write(family, config, TinyModels.VOCABULARY);
        assertThat(written.path("classifier_pooling").asText()).isEqualTo(key);
        assertThat(read(written).finetune().pooling()).isEqualTo(read);
        written.put("classifier_pooling", "max");
        assertThatThrownBy(() -> read(written))
                .hasMessageContaining("classifier_pooling=max is not one that Weft has: cls, mean");
        WeftConfig last = ConfigLoader.load("test", ConfigLoader.toYaml(config), List.of("finetune.pooling=last"));
        assertThatThrownBy(() -> HuggingFaceConfig.write(family, last, TinyModels.VOCABULARY))
                .hasMessage(
                        "finetune.pooling=last: ModernBertForSequenceClassification of transformers pools the first token or"
                                + " the mean");
    }

    /** As {@code transformers} names them: a tagger's head of a Llama is {@code score}, its reader's body {@code transformer}. */
    @ParameterizedTest
    @CsvSource({
        "LlamaForTokenClassification, score.bias, classifier.bias",
        "LlamaForQuestionAnswering, transformer.norm.weight, model.norm.weight",
        "LlamaForQuestionAnswering, qa_outputs.bias, qa_outputs.bias",
        "LlamaForSequenceClassification, score.weight, score.weight",
        "LlamaForSequenceClassification, model.norm.weight, model.norm.weight",
    })
    void tensorsAreCalledAsTheClassDoes(String architecture, String foreign, String parameter) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(ForeignDirectory.LLAMA);
        config.putArray("architectures").add(architecture);
        TaskClass kind = TaskClass.of(HubTable.of(config, "c"), config);
        assertThat(kind.toLayout(foreign)).isEqualTo(parameter);
        assertThat(kind.toForeign(parameter)).isEqualTo(foreign);
    }

    private static JsonNode config(String architecture, String more) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(ForeignDirectory.BERT);
        config.putArray("architectures").add(architecture);
        return config.setAll((ObjectNode) JSON.readTree(more));
    }

    private static WeftConfig read(JsonNode config) {
        return HuggingFaceConfig.read(HubTable.of(config, "c"), config, Set.of(), "dir/config.json")
                .toWeft("run", "", "dir/config.json");
    }

    /** As {@code transformers} 5.24 has them. */
    @ParameterizedTest
    @CsvSource({
        "gemma2, QA, Gemma2ForQuestionAnswering, false",
        "gemma2, TOKENS, Gemma2ForTokenClassification, true",
        "gemma3_text, REGRESSION, Gemma3TextForSequenceClassification, true",
        "gemma3_text, TOKENS, Gemma3TextForTokenClassification, false",
        "olmo2, TOKENS, Olmo2ForTokenClassification, false",
        "phi3, QA, Phi3ForQuestionAnswering, false",
        "qwen3, QA, Qwen3ForQuestionAnswering, true",
    })
    void aClassThatNobodyElseHasIsKnownToBeNone(String architecture, TaskName task, String name, boolean known) {
        ModelConfig model = ModelConfig.of(architecture, 1, 8, 2, 8, 0);
        TaskClass kind = new TaskClass(Family.of(model).hub(), task);
        assertThat(kind.name(model)).isEqualTo(name);
        assertThat(kind.isKnownElsewhere(model)).isEqualTo(known);
        ObjectNode config = JSON.createObjectNode().put("num_labels", 1);
        config.putArray("architectures").add(name);
        assertThat(TaskClass.of(kind.family(), config).task()).isEqualTo(task);
    }
}
