package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.checkpoint.WholeModel;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** A model with its adapters beside it says what the model says that they were merged into. */
class MergedAdaptersTest {
    private static final Vocabulary VOCABULARY = new Vocabulary(TinyModels.VOCABULARY, "");

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {TinyModels.GPT2, TinyModels.LLAMA, TinyModels.BERT})
    void outputsAreTheSame(String model) throws IOException {
        Store store = HadoopStore.local();
        String runDir = "file://" + temporary.resolve("run");
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: \"" + runDir + "\"}\nmodel: " + model
                        + "\nfinetune: {task: classification, from: x, labels: [a, b, c], method: lora, lora_rank: 3}",
                List.of());
        ModelShape shape = new ModelShape(config.model(), TinyModels.VOCABULARY, Adaptation.of(config, List.of()));
        AdaptedLayout adapted = shape.adapted();
        write(store, RunDirectory.of(runDir).base(), config, adapted.frozen());
        Checkpoint checkpoint = write(store, RunDirectory.of(runDir), config, adapted.learned());

        WholeModel whole = WholeModel.open(store, checkpoint);
        ModelShape merged = new ModelShape(
                config.model(),
                TinyModels.VOCABULARY,
                Adaptation.whole(shape.adaptation().head()));
        assertThat(whole.layout().hash()).isEqualTo(merged.layout().hash());
        Batch batch = batch();
        try (ModelReplica beside = ReplicaLoader.open(store, checkpoint);
                ModelReplica within = ReplicaLoader.open(merged, ReplicaOptions.cpu(1), whole)) {
            float[][] expected = beside.outputs(batch);
            float[][] actual = within.outputs(batch);
            for (int row = 0; row < expected.length; row++) {
                for (int k = 0; k < expected[row].length; k++) {
                    assertThat(actual[row][k]).isCloseTo(expected[row][k], within(1e-5f));
                }
            }
        }
        try (ModelReplica without = ReplicaLoader.open(
                        merged,
                        ReplicaOptions.cpu(1),
                        (offset, length, sink) -> TinyModels.fill(merged.layout(), offset, length, sink));
                ModelReplica beside = ReplicaLoader.open(store, checkpoint)) {
            assertThat(Arrays.deepEquals(without.outputs(batch), beside.outputs(batch)))
                    .isFalse();
        }
    }

    private static Checkpoint write(Store store, RunDirectory run, WeftConfig config, ParameterLayout layout)
            throws IOException {
        return InitialCheckpoint.write(
                store,
                run,
                new RunIdentity(config, layout, VOCABULARY),
                (offset, length, sink) -> TinyModels.fill(layout, offset, length, sink));
    }

    private static Batch batch() {
        int[] inputs = new int[2 * 8];
        Arrays.setAll(inputs, i -> (7 * i + 3) % TinyModels.VOCABULARY);
        int[] lengths = {8, 5};
        return new Batch(2, 8, inputs, lengths, lengths, new Targets.Labels(new float[] {0, 1}));
    }
}
