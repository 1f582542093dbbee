package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;

/** What a path stands for. */
class ModelLocatorTest {
    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();
    private String home;
    private ModelLocator locator;

    @BeforeEach
    void name() {
        home = "file://" + temporary.toAbsolutePath();
        locator = new ModelLocator(store, notices::add);
    }

    @Test
    void aRunIsItsNewestCheckpoint() throws IOException {
        Checkpoint written = TinyModels.checkpoint(store, home + "/run", TinyModels.GPT2);
        for (String path : List.of(home + "/run", written.directory())) {
            StoredModel model = locator.at(path);
            assertThat(model.directory()).endsWith("/run/checkpoints/step-00000000");
            assertThat(model.checkpoint().orElseThrow().directory()).isEqualTo(model.directory());
            assertThat(model.paramsSha256()).isEqualTo(written.manifest().paramsSha256());
            assertThat(model.vocabSize()).isEqualTo(TinyModels.VOCABULARY);
            assertThat(model.asCheckpoint(home + "/elsewhere", notices::add).directory())
                    .isEqualTo(model.directory());
            assertThat(locator.checkpointAt(path).directory()).isEqualTo(model.directory());
        }
        assertThat(temporary.resolve("elsewhere")).doesNotExist();
        assertThat(notices).isEmpty();
    }

    /** Two checkpoints of a tuned run: the older one was evaluated best. */
    @Test
    void thatARunsNewestIsNotItsBestIsSaid() throws IOException {
        String tuned = TinyModels.BERT + "\nfinetune: {from: x, task: regression}";
        Checkpoint best = TinyModels.checkpoint(store, home + "/run", tuned);
        Checkpoint newest = later(best, 7);
        assertThat(locator.checkpointAt(home + "/run").directory()).endsWith("/run/checkpoints/step-00000007");
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith(
                        home
                                + "/run stands for its newest checkpoint, of step 7; the best by val_loss is that of step 0: give file:")
                .endsWith("/run/checkpoints/step-00000000 for it");
        notices.clear();
        locator.checkpointAt(newest.directory());
        assertThat(notices).isEmpty();
    }

    /** The log is a directory, which nobody can read as a file. */
    @Test
    void aLogThatCannotBeReadKeepsNobodyFromTheModel() throws IOException {
        String tuned = TinyModels.BERT + "\nfinetune: {from: x, task: regression}";
        Checkpoint first = TinyModels.checkpoint(store, home + "/run", tuned);
        Files.createDirectories(Path.of(URI.create(first.run().metrics())));
        assertThat(locator.checkpointAt(home + "/run").directory()).endsWith("/run/checkpoints/step-00000000");
        assertThat(notices).singleElement().asString().contains("metrics.jsonl cannot be read");
    }

    private Checkpoint later(Checkpoint first, int step) throws IOException {
        String directory = first.run().step(step);
        for (Store.Entry file : store.list(first.directory())) {
            store.write(directory + "/" + file.name(), store.readAll(file.path()));
        }
        CheckpointManifest manifest = Records.with(first.manifest(), "step", step);
        Map<Integer, Map<String, Double>> evaluations = Map.of(0, Map.of("loss", 1.0), step, Map.of("loss", 2.0));
        Records.with(manifest, "evaluations", evaluations).save(store, directory);
        return new Checkpoint(directory, manifest);
    }

    @Test
    void aHuggingFaceDirectoryIsAModelAndNoCheckpoint() throws IOException {
        ForeignDirectory foreign =
                ForeignDirectory.gpt2(temporary.resolve("tiny-gpt2")).write();
        StoredModel model = locator.at(foreign.uri());
        assertThat(model.directory()).isEqualTo(foreign.uri());
        assertThat(model.name()).isEqualTo("tiny-gpt2");
        assertThat(model.checkpoint()).isEmpty();
        assertThat(model.paramsSha256()).isEmpty();
        assertThat(model.vocabSize()).isEqualTo(11);
        assertThat(model.config().model().width()).isEqualTo(4);
        assertThat(model.notices())
                .containsExactly("there is no " + foreign.uri() + "/tokenizer.json: text needs a tokenizer");
        assertThatThrownBy(model::tokenizer)
                .isInstanceOf(WeftException.class)
                .hasMessage(foreign.uri() + " has no tokenizer.json: text needs a tokenizer");
        assertThatThrownBy(() -> locator.checkpointAt(foreign.uri()))
                .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                        .contains("weft import " + foreign.uri() + " --to"))
                .hasMessage(foreign.uri() + " is a Hugging Face directory and no checkpoint");
    }

    @Test
    void aBodyWithoutItsHeadAnswersNothing() throws IOException {
        ForeignDirectory bare = ForeignDirectory.bert(temporary.resolve("bare")).write();
        StoredModel model = locator.at(bare.uri());
        assertThatThrownBy(model::replica)
                .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                        .contains("BertForMaskedLM", "weft finetune --from " + bare.uri()))
                .hasMessageContainingAll("chance", "not in the files: cls.predictions.transform.dense.weight");
    }

    @Test
    void aForeignModelBecomesACheckpointWhateverLayThere() throws IOException {
        ForeignDirectory foreign =
                ForeignDirectory.gpt2(temporary.resolve("hf")).write();
        store.write(home + "/run/imported/left", new byte[1]);
        Checkpoint first = locator.at(foreign.uri()).asCheckpoint(home + "/run/imported", notices::add);
        assertThat(first.directory()).isEqualTo(home + "/run/imported/checkpoints/step-00000000");
        assertThat(temporary.resolve("run/imported/left")).doesNotExist();
        assertThat(notices).contains("there is no " + foreign.uri() + "/tokenizer.json: text needs a tokenizer");
        assertThat(locator.at(home + "/run/imported").paramsSha256())
                .isEqualTo(first.manifest().paramsSha256());
    }

    @Test
    void whereNothingIsThatIsSaid() {
        assertThatThrownBy(() -> locator.at(home + "/nowhere"))
                .hasMessage("there is no checkpoint at " + home + "/nowhere");
        assertThatThrownBy(() -> locator.checkpointAt(home + "/nowhere"))
                .hasMessage("there is no checkpoint at " + home + "/nowhere");
    }
}
