package org.weft.driver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** A model of one layer, whose elements are their indices, seen through the layouts of other models. */
class NamedParametersTest {
    private static final int VOCABULARY_SIZE = 7;
    private static final long SEED = 11;

    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();
    private ParameterLayout own;
    private Checkpoint checkpoint;

    @BeforeEach
    void write() throws IOException {
        WeftConfig config = config(1, 8);
        own = layout(1, 8);
        checkpoint = InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, own, new Vocabulary(VOCABULARY_SIZE, "")),
                (offset, length, sink) -> {
                    ByteBuffer indices =
                            ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 0; i < length; i++) {
                        indices.putFloat(i * Float.BYTES, offset + i);
                    }
                    sink.accept(offset, indices);
                });
    }

    @Test
    void ofItsOwnLayoutNothingIsMissingOrMoved() throws IOException {
        NamedParameters same = named(own, "");
        assertThat(same.missing()).isEmpty();
        float[] values = read(same, own, own.size());
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 100, 1_000_000})
    void aParameterIsFoundByNameWhereverItLiesAndInWhateverPieces(int piece) throws IOException {
        ParameterLayout deeper = layout(2, 8);
        float[] values = read(named(deeper, ""), deeper, piece);
        FloatBuffer fresh = FloatBuffer.allocate((int) deeper.size());
        Initialization.fill(deeper, SEED, 0, fresh);
        for (Parameter parameter : deeper.parameters()) {
            Parameter source = byName(own, parameter.name());
            for (long i = 0; i < parameter.size(); i++) {
                int at = (int) (parameter.offset() + i);
                assertThat(values[at])
                        .as(parameter.name())
                        .isEqualTo(source == null ? fresh.get(at) : source.offset() + i);
            }
        }
    }

    @Test
    void namesWhatTheCheckpointDoesNotHave() {
        assertThat(named(layout(2, 8), "").missing())
                .hasSize(12)
                .allMatch(name -> name.startsWith("h.1."))
                .contains("h.1.attn.c_attn.weight");
    }

    @Test
    void whatIsToStartAfreshIsMissingToo() throws IOException {
        NamedParameters parameters = named(own, "h.0.ln_1.");
        assertThat(parameters.missing()).containsExactlyInAnyOrder("h.0.ln_1.weight", "h.0.ln_1.bias");
        Parameter norm = byName(own, "h.0.ln_1.weight");
        float[] values = read(parameters, own, own.size());
        assertThat(values[(int) norm.offset()]).isEqualTo(1);
        assertThat(values[(int) norm.offset() - 1]).isEqualTo(norm.offset() - 1);
    }

    @Test
    void anotherShapeIsRefused() {
        assertThatThrownBy(() -> named(layout(1, 16), ""))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage(checkpoint.directory() + ": wte.weight is of shape [7, 8], expected [7, 16]");
    }

    private NamedParameters named(ParameterLayout layout, String fresh) {
        return new NamedParameters(store, checkpoint, layout, name -> !fresh.isEmpty() && name.startsWith(fresh), SEED);
    }

    private static float[] read(NamedParameters parameters, ParameterLayout layout, long piece) throws IOException {
        float[] values = new float[(int) layout.size()];
        for (long offset = 0; offset < layout.size(); offset += piece) {
            long length = Math.min(piece, layout.size() - offset);
            parameters.read(offset, length, (at, bytes) -> bytes.duplicate()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values, (int) at, bytes.remaining() / Float.BYTES));
        }
        return values;
    }

    private static Parameter byName(ParameterLayout layout, String name) {
        return layout.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private ParameterLayout layout(int layers, int width) {
        return new ModelShape(config(layers, width).model(), VOCABULARY_SIZE).layout();
    }

    private WeftConfig config(int layers, int width) {
        String model = "{architecture: gpt2, layers: " + layers + ", width: " + width + ", heads: 2, context: 4}";
        return ConfigLoader.load("test", "run: {dir: '" + directory + "'}\nmodel: " + model, List.of());
    }
}
