package org.weft.driver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.PrunedMatrices;
import org.weft.core.optim.StateVector;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** A checkpoint of a run that prunes says how much is zero; one of any other says nothing, and is as it was. */
class SparsityCountTest {
    private static final Vocabulary VOCABULARY = new Vocabulary(11, "");

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @Test
    void zerosOfMatricesAreCounted() throws IOException {
        Checkpoint written = checkpoint("keep", "training.pruning.method=keep");
        WeftConfig config = ReplicaLoader.configOf(written);
        PrunedMatrices matrices =
                PrunedMatrices.of(config.model(), ReplicaLoader.shapeOf(written).layout());
        long zeros = matrices.parameters().stream()
                .flatMapToLong(matrix -> LongStream.range(matrix.offset(), matrix.end()))
                .filter(at -> at % 3 == 0)
                .count();
        CheckpointManifest manifest = CheckpointManifest.load(store, written.directory());
        assertThat(manifest.sparsity()).isEqualTo((double) zeros / matrices.size());
        assertThat(manifest.formatVersion()).isEqualTo(CheckpointManifest.PRUNED_VERSION);
        assertThat(manifest.toJson()).isEqualTo(written.manifest().toJson()).contains("\"sparsity\" : ");
    }

    @Test
    void otherCheckpointsAreAsTheyWere() throws IOException {
        Checkpoint written = checkpoint("dense");
        assertThat(written.manifest().sparsity()).isNull();
        assertThat(written.manifest().formatVersion()).isEqualTo(CheckpointManifest.FORMAT_VERSION);
        assertThat(written.manifest().toJson()).doesNotContainPattern("(?m)^ {2}\"sparsity\"");
        assertThat(CheckpointManifest.load(store, written.directory()).sparsity())
                .isNull();
    }

    @Test
    void scoresAreAVectorThatAResumeNeeds() throws IOException {
        String[] moving = {"training.pruning={method: movement, end_step: 5}"};
        Checkpoint start = checkpoint("moving", moving);
        assertThat(new CheckpointReader(store, start.directory(), start.manifest()).has(StateVector.MOVEMENT))
                .isTrue();
        assertThatCode(() -> identity("moving", moving).require(start)).doesNotThrowAnyException();
        assertThatThrownBy(() -> identity("moving", "training.pruning={method: magnitude, end_step: 5}")
                        .require(start))
                .isInstanceOf(WeftException.class)
                .hasMessage(start.directory()
                        + " has the state of training.pruning.method=movement, configured is magnitude");
        Checkpoint dense = checkpoint("dense");
        assertThatCode(() -> identity("dense", "training.pruning={method: magnitude, end_step: 5}")
                        .require(dense))
                .as("magnitude needs nothing beside the weights")
                .doesNotThrowAnyException();
    }

    private RunIdentity identity(String run, String... settings) {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: \"file://" + temporary.resolve(run).toAbsolutePath()
                        + "\"}\nmodel: {layers: 1, width: 8, heads: 2, context: 8}",
                List.of(settings));
        return new RunIdentity(config, new ModelShape(config.model(), VOCABULARY.size()).layout(), VOCABULARY);
    }

    /** Of which every third parameter is zero. */
    private Checkpoint checkpoint(String run, String... settings) throws IOException {
        RunIdentity identity = identity(run, settings);
        ParameterLayout layout = identity.layout();
        return InitialCheckpoint.write(store, identity.config().run().directory(), identity, (offset, length, sink) -> {
            ByteBuffer part = ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (long at = offset; at < offset + length && at < layout.size(); at++) {
                part.putFloat((int) (at - offset) * Float.BYTES, at % 3 == 0 ? 0 : 1);
            }
            sink.accept(offset, part);
        });
    }
}
