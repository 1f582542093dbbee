package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/**
 * Tiny models of each family as Hugging Face's library makes them: config.json, names and shapes, and the logits that it
 * computes. {@code bench/peers/hub_families.py golden} writes the file.
 */
class GoldenFamiliesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    record Golden(String name, JsonNode line) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Golden> models() throws IOException {
        return Files.readAllLines(Path.of("src", "test", "resources", "families_golden.jsonl")).stream()
                .map(GoldenFamiliesTest::parse)
                .map(line -> new Golden(line.path("name").asText(), line))
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void itsLogitsAreThoseOfHuggingFacesLibrary(Golden golden) throws IOException {
        ForeignDirectory directory = new ForeignDirectory(
                temporary.resolve("hf"), golden.line().path("config").toString());
        for (Map.Entry<String, JsonNode> tensor : golden.line().path("shapes").properties()) {
            long[] shape = JSON.convertValue(tensor.getValue(), long[].class);
            directory.put(tensor.getKey(), "F32", numbers(tensor.getKey(), shape), shape);
        }
        directory.write();
        Store store = HadoopStore.local();
        int[] tokens = JSON.convertValue(golden.line().path("tokens"), int[].class);
        float[][] expected = JSON.convertValue(golden.line().path("logits"), float[][].class);
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory.uri())) {
            Checkpoint imported = model.writeTo("file://" + temporary.resolve("run"));
            try (ModelReplica replica = ReplicaLoader.open(store, imported, ReplicaOptions.cpu(1))) {
                for (int i = 0; i < expected.length; i++) {
                    float[] logits = replica.encodesSource()
                            ? replica.answerLogits(tokens, Arrays.copyOf(tokens, 3 * i))
                            : replica.logits(tokens, 3 * i)[0];
                    assertNear(logits, expected[i]);
                }
            }
        }
    }

    private static void assertNear(float[] actual, float[] expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    /** A function of the name and the index alone. */
    private static byte[] numbers(String name, long[] shape) {
        int elements = 1;
        for (long side : shape) {
            elements *= (int) side;
        }
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        ByteBuffer bytes = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            bytes.putFloat((float) (0.4 * Math.sin(crc.getValue() % 1000 + 0.7 * i)));
        }
        return bytes.array();
    }
}
