package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.TokenizerFile;
import org.weft.tuning.task.TinyTokenizers;

/** The files conf/finetune-*.yaml, and what fine-tuning's configuration stands on. */
class RecipesTest {
    private static final Path FOLDER = Path.of("..", "conf");
    private static final BaseModel BASE = new BaseModel(
            "the base",
            null,
            WeftConfig.defaults().model(),
            512,
            WeftConfig.defaults().finetune(),
            new TokenizerFile(TinyTokenizers.bytes(), "bytes"));

    private static WeftConfig load(String yaml, String... overrides) {
        List<ConfigLoader.Source> sources = new ArrayList<>(FinetuneSettings.under(BASE));
        sources.add(new ConfigLoader.Source("recipe", yaml));
        return ConfigLoader.load(sources, List.of(overrides));
    }

    @Test
    void everyRecipeIsAValidConfigurationOfItsTask() throws IOException {
        Map<String, String> tasks = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("finetune-"))
                    .toList()) {
                WeftConfig config = load(Files.readString(file));
                FinetuneSettings.require(BASE, config, message -> {});
                assertThat(config.dataset().train()).as(file.toString()).isNotEmpty();
                tasks.put(
                        file.getFileName().toString().replaceAll("finetune-|\\.yaml", ""),
                        config.finetune().task().word() + " "
                                + config.finetune().method().word());
            }
        }
        assertThat(tasks)
                .isEqualTo(Map.of(
                        "classification", "classification full",
                        "lora", "classification lora",
                        "tokens", "tokens full",
                        "qa", "qa full",
                        "instruction", "instruction lora",
                        "preference", "preference lora",
                        "embedding", "embedding full"));
    }

    @Test
    void anythingThatIsLearntChangesTheFingerprintAndNothingElseDoes() {
        String yaml = "run: {dir: here}\nfinetune: {task: classification, from: base}\n";
        String fingerprint = FinetuneSettings.fingerprint(load(yaml));
        assertThat(FinetuneSettings.fingerprint(
                        load(yaml, "run.dir=there", "run.name=other", "cluster.workers=7", "checkpoint.keep=9")))
                .isEqualTo(fingerprint);
        for (String setting : List.of(
                "run.seed=1", "training.beta1=0.8", "dataset.folds=2", "finetune.epochs=1", "model.dropout=0.3")) {
            assertThat(FinetuneSettings.fingerprint(load(yaml, setting)))
                    .as(setting)
                    .isNotEqualTo(fingerprint);
        }
    }

    /** The hash was made before there were preferences, embeddings, windows and T5. */
    @Test
    void aFoldThatWasFinishedBeforeAKeyCameIsTheSame() {
        String yaml = "run: {dir: here}\nfinetune: {task: classification, from: base}\n";
        assertThat(FinetuneSettings.fingerprint(ConfigLoader.load("test", yaml, List.of())))
                .isEqualTo("add6621a3de85fa49666bb3b570d85de81ed05e2303631d5d87feb6e8ea9f3e0");
    }

    @Test
    void vectorsOfWhichNothingLearnsAreRefused() {
        BaseModel bert = new BaseModel(
                "the base",
                null,
                load("run: {dir: here}", "model.architecture=bert").model(),
                512,
                BASE.tuned(),
                BASE.tokenizer());
        String yaml = "run: {dir: here}\nmodel: {architecture: bert}\nfinetune: {task: embedding, from: base}\n";
        FinetuneSettings.require(bert, load(yaml, "finetune.frozen_layers=5"), message -> {});
        assertThatThrownBy(() -> FinetuneSettings.require(bert, load(yaml, "finetune.frozen_layers=-1"), message -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessage(
                        "finetune.frozen_layers=-1 leaves nothing that learns: finetune.task=embedding has no head");
        FinetuneSettings.require(
                bert, load(yaml, "training.micro_batch=1", "dataset.negative_column=far"), message -> {});
        assertThatThrownBy(() -> FinetuneSettings.require(bert, load(yaml, "training.micro_batch=1"), message -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("training.micro_batch=1 without dataset.negative_column: no text stands");
    }

    /** Whoever asks: the command, and Spark ML's estimators. */
    @Test
    void workersHoldAllOfTheModelThatIsFineTuned() {
        WeftConfig streamed = load(
                "{run: {dir: here}, cluster: {residency: streamed}, finetune: {task: classification, from: base}}");
        assertThatThrownBy(() -> FinetuneSettings.require(BASE, streamed, message -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessage("cluster.residency=streamed is of pre-training");
    }

    @Test
    void aTaskAndTheBasesModelAreRequired() {
        assertThatThrownBy(() -> FinetuneSettings.require(BASE, load("run: {dir: here}"), message -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessage("finetune.task is not set");
        WeftConfig other = load("run: {dir: here}\nfinetune: {task: classification, from: base}")
                .withModel(ModelConfig.gpt2(1, 8, 1, 8, 0));
        assertThatThrownBy(() -> FinetuneSettings.require(BASE, other, message -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("the base is of another model than is configured")
                .hasMessageContaining("model.width=8");
    }
}
