package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.ModelLocator;
import org.weft.hub.PeftExport;
import org.weft.hub.StoredModel;

/** What a ModernBERT of Hugging Face's says of its pooling, and what one without its perceptron can be tuned to. */
@Tag("once")
class ModernBertBaseTest {
    private static final int VOCABULARY = 37;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();

    private WeftConfig config(String name, String from, String... more) {
        List<String> overrides = new ArrayList<>(List.of(
                "run.dir=" + place(name),
                "model.architecture=modernbert",
                "model.layers=2",
                "model.width=16",
                "model.heads=2",
                "model.mlp_width=24",
                "model.context=8"));
        if (!from.isEmpty()) {
            overrides.addAll(List.of("finetune.from=" + from, "dataset.train=/rows"));
        }
        overrides.addAll(List.of(more));
        return ConfigLoader.load("test", "", overrides);
    }

    private String place(String name) {
        return "file://" + temporary.resolve(name);
    }

    private static ModelShape shape(WeftConfig config) {
        return new ModelShape(config.model(), VOCABULARY, Adaptation.of(config, List.of()));
    }

    private Checkpoint checkpoint(WeftConfig config) throws IOException {
        ParameterLayout layout = shape(config).layout();
        return InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, "")),
                (offset, length, sink) -> {
                    ByteBuffer bytes =
                            ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    Initialization.fill(layout, 7, offset, bytes.asFloatBuffer());
                    sink.accept(offset, bytes);
                });
    }

    /** A directory of Hugging Face's. */
    private String exported(WeftConfig config, String to) throws IOException {
        new HuggingFaceExport(store, checkpoint(config), said -> {})
                .write(place(to), new HuggingFaceExport.Options(FloatFormat.F32, 1L << 30, ""));
        return place(to);
    }

    private String saying(String pooling) throws IOException {
        String directory = exported(config("run-" + pooling, ""), pooling);
        Path file = temporary.resolve(pooling).resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        Files.writeString(file, config.put("classifier_pooling", pooling).toString());
        return directory;
    }

    private BaseModel base(String from, WeftConfig config) {
        return new BaseModel(
                from,
                null,
                config.model(),
                VOCABULARY,
                config("x", "").finetune(),
                new TokenizerFile(new byte[0], from + "/tokenizer.json"));
    }

    private Pooling pooling(String from, String task, String asked) throws IOException {
        WeftConfig config = config("tuned", from, "finetune.task=" + task, "finetune.pooling=" + asked);
        return base(from, config)
                .withPooling(store, config, notices::add)
                .finetune()
                .pooling();
    }

    @Test
    void autoIsWhatTheBaseSays() throws IOException {
        String mean = saying("mean");
        assertThat(pooling(mean, "classification", "auto")).isEqualTo(Pooling.MEAN);
        assertThat(notices).containsExactly("texts are pooled as " + mean + " says: finetune.pooling=mean");
        assertThat(pooling(mean, "regression", "first")).isEqualTo(Pooling.FIRST);
        assertThat(pooling(mean, "tokens", "auto")).isEqualTo(Pooling.AUTO);
        assertThat(pooling(saying("cls"), "classification", "auto")).isEqualTo(Pooling.AUTO);
        assertThat(notices).hasSize(1);
    }

    private PeftExport adapter(String name, String from, String pooling) throws IOException {
        return new PeftExport(
                store,
                checkpoint(config(
                        name,
                        from,
                        "finetune.task=classification",
                        "finetune.labels=[a, b, c]",
                        "finetune.method=lora",
                        "finetune.lora_rank=2",
                        "finetune.pooling=" + pooling)));
    }

    @Test
    void anAdapterIsExportedThatItsBasePoolsAlike() throws IOException {
        String mean = saying("mean");
        PeftExport first = adapter("first", mean, "auto");
        assertThatThrownBy(() -> first.write(place("out")))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("leave --adapter out", "pooling=mean"))
                .hasMessageContainingAll("finetune.pooling=first", mean + " pools mean (classifier_pooling)");
        assertThat(temporary.resolve("out")).doesNotExist();
        assertThat(adapter("alike", mean, "mean").write(place("out"))).hasSize(1);
        assertThat(adapter("cls", saying("cls"), "auto").write(place("of-cls"))).hasSize(1);
        PeftExport gone = adapter("gone", place("nowhere"), "auto");
        assertThatThrownBy(() -> gone.write(place("of-gone")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("what " + place("nowhere") + " pools cannot be read");
    }

    @Test
    void anAdapterSaysHowItsRowsAreRead() throws IOException {
        String from = saying("cls");
        WeftConfig cut = config(
                "cut",
                from,
                "finetune.task=classification",
                "finetune.labels=[a, b, c]",
                "finetune.method=lora",
                "finetune.lora_rank=2",
                "dataset.max_length=5");
        new PeftExport(store, checkpoint(cut)).write(place("of-cut"));
        StoredModel read = new ModelLocator(store, notices::add).at(from + "+" + place("of-cut"));
        assertThat(read.config().dataset().maxLength()).isEqualTo(5);
    }

    @Test
    void vectorsNeedNoPerceptron() throws IOException {
        String bare = exported(config("vectors", "x", "finetune.task=embedding"), "bare");
        assertThat(Files.readString(temporary.resolve("bare/config.json"))).contains("\"ModernBertModel\"");
        StoredModel model = new ModelLocator(store, notices::add).at(bare);
        assertThat(model.fresh()).containsExactly("head.dense.weight", "head.norm.weight", "decoder.bias");
        Batch batch = Batch.ofTokens(1, 3, new int[] {1, 2, 3}, new int[3]);
        try (ModelReplica body = model.body(ReplicaOptions.cpu(1))) {
            assertThat(body.pooled(batch, TaskHead.Pooling.MEAN)[0]).hasSize(16);
        }
        assertThatThrownBy(model::replica).hasMessageContaining("head.dense.weight");
    }

    @Test
    void modulesThatAreNotThereEndOnlyARunWithoutItsOwnPooling() throws IOException {
        String dense = exported(config("vectors", "x", "finetune.task=embedding"), "dense");
        Files.writeString(temporary.resolve("dense/modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}]
                """);
        assertThat(pooling(dense, "embedding", "mean")).isEqualTo(Pooling.MEAN);
        assertThat(notices)
                .containsExactly(dense + "/modules.json: module sentence_transformers.models.Dense is not one that Weft"
                        + " has: it is not learnt, texts are pooled by finetune.pooling=mean alone");
        assertThatThrownBy(() -> pooling(dense, "embedding", "auto"))
                .isInstanceOf(WeftException.class)
                .hasMessageEndingWith("Dense is not one that Weft has");
    }

    @Test
    void whatIsNotThereHasToLearn() throws IOException {
        String bare = exported(config("vectors", "x", "finetune.task=embedding"), "bare");
        String[] task = {"finetune.task=classification", "finetune.labels=[a, b]", "finetune.method=full"};
        WeftConfig full = config("full", bare, task);
        task[2] = "finetune.method=lora";
        WeftConfig lora = config("lora", bare, task);
        BaseModel base = base(bare, full);
        assertThatThrownBy(() -> base.requireFrozen(store, shape(lora).adapted().frozen(), notices::add))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("finetune.method=full"))
                .hasMessageStartingWith(bare + " has no head.dense.weight, head.norm.weight, which would not learn");
        assertThatCode(() -> base.requireFrozen(store, shape(full).adapted().frozen(), notices::add))
                .doesNotThrowAnyException();
        String whole = saying("cls");
        assertThatCode(() -> base(whole, lora)
                        .requireFrozen(store, shape(lora).adapted().frozen(), notices::add))
                .doesNotThrowAnyException();
    }
}
