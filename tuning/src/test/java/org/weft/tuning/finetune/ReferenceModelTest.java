package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.ModelReplica;
import org.weft.hub.StoredModel;
import org.weft.tuning.task.TinyTokenizers;

/** What a model of pairs is compared with when it is judged. */
class ReferenceModelTest {
    private static final int VOCABULARY = 257;
    private static final byte[] TOKENIZER = TinyTokenizers.bytes();

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();
    private String home;
    private WeftConfig base;
    private WeftConfig tuned;

    @BeforeEach
    void configure() throws IOException {
        home = "file://" + temporary.toAbsolutePath();
        base = config("base", "");
        tuned = config("run", "finetune: {task: preference, from: \"" + home + "/base\"}\n");
        write(base, base.run().directory(), TOKENIZER, 1, 1);
        write(tuned, tuned.run().directory(), TOKENIZER, 5, 5);
    }

    private WeftConfig config(String run, String more) {
        return ConfigLoader.load(
                "test",
                "run: {dir: \"" + home + "/" + run + "\"}\n"
                        + "model: {architecture: gpt2, layers: 1, width: 8, heads: 2, context: 8}\n" + more,
                List.of());
    }

    /** Every parameter has the same value. */
    private Checkpoint write(WeftConfig config, RunDirectory into, byte[] tokenizer, int step, float value)
            throws IOException {
        ParameterLayout layout = new ModelShape(config.model(), VOCABULARY, Adaptation.of(config, List.of())).layout();
        store.write(into.tokenizer(), tokenizer);
        return InitialCheckpoint.write(
                store,
                into,
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, Sha256.hex(tokenizer))),
                step,
                Map.of(CheckpointReader.PARAM, (offset, length, sink) -> {
                    ByteBuffer part =
                            ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 0; i < length; i++) {
                        part.putFloat(i * Float.BYTES, value);
                    }
                    sink.accept(offset, part);
                }));
    }

    private float reference() throws IOException {
        String directory = tuned.run().directory().step(5);
        StoredModel model = StoredModel.of(store, new Checkpoint(directory, CheckpointManifest.load(store, directory)));
        try (ModelReplica replica =
                ReferenceModel.of(store, model, notices::add).replica()) {
            return replica.parameters(0, 1).order(ByteOrder.nativeOrder()).getFloat();
        }
    }

    @Test
    void itIsWhatTheRunBeganWithWhateverBecomesOfTheBase() throws IOException {
        write(tuned, tuned.run().directory().initial(), TOKENIZER, 0, 1);
        assertThat(reference()).isEqualTo(1);
        write(base, base.run().directory(), TOKENIZER, 2, 9);
        assertThat(reference()).isEqualTo(1);
        store.delete(base.run().dir());
        assertThat(reference()).isEqualTo(1);
        assertThat(notices).isEmpty();
    }

    @Test
    void whereTheRunsStartIsGoneTheBaseIsTakenAndSaid() throws IOException {
        assertThat(reference()).isEqualTo(1);
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith("rewards and kl are beside ")
                .contains("/base/checkpoints/step-00000001, which finetune.from leads to now");
    }

    @Test
    void anotherModelInItsPlaceIsRefused() throws IOException {
        store.delete(base.run().dir());
        write(base, base.run().directory(), TinyTokenizers.letters(), 1, 1);
        assertThatThrownBy(this::reference)
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(" has another tokenizer than ");
    }
}
