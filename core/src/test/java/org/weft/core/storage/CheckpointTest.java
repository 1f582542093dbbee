package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.ExitStatus;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;

/** Reading a checkpoint's vectors whatever the cut. */
class CheckpointTest {
    private static final int PARAMETERS = 100;

    @TempDir
    Path path;

    private final Store store = HadoopStore.local();
    private String directory;
    private CheckpointManifest manifest;

    @BeforeEach
    void write() throws IOException {
        directory = path.toUri().toString().replaceFirst("/$", "");
        manifest = StorageFixture.manifest(
                PARAMETERS,
                List.of(
                        StorageFixture.writeShard(store, directory, "a", 0, 30),
                        StorageFixture.writeShard(store, directory, "empty", 0, 0),
                        StorageFixture.writeShard(store, directory, "b", 30, 70)));
    }

    @ParameterizedTest
    @CsvSource({"0,100", "0,30", "30,70", "10,50", "29,2", "99,1", "100,0"})
    void readsAnyRangeOfAllVectorsVerified(int offset, int length) throws IOException {
        float[][] values = new float[3][PARAMETERS];
        Map<String, CheckpointReader.Sink> sinks = new HashMap<>();
        for (int vector = 0; vector < 3; vector++) {
            float[] into = values[vector];
            sinks.put(CheckpointReader.VECTORS.get(vector), (at, bytes) -> bytes.asFloatBuffer()
                    .get(into, (int) at, bytes.remaining() / Float.BYTES));
        }
        new CheckpointReader(store, directory, manifest).readVerified(offset, length, sinks);
        for (int vector = 0; vector < 3; vector++) {
            for (int i = 0; i < PARAMETERS; i++) {
                boolean asked = i >= offset && i < offset + length;
                assertThat(values[vector][i]).isEqualTo(asked ? vector * 1000 + i : 0);
            }
        }
    }

    @Test
    void verifiedReadingNoticesFlippedBytesAndCuts() throws IOException {
        Path b = path.resolve("b");
        byte[] whole = Files.readAllBytes(b);
        Files.delete(path.resolve(".b.crc"));
        for (int at = 0; at < whole.length; at += 3) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            Files.write(b, flipped);
            assertNotRead("byte " + at);
        }
        for (int length = 0; length < whole.length; length += 11) {
            Files.write(b, Arrays.copyOf(whole, length));
            assertNotRead("length " + length);
        }
        Files.write(b, Arrays.copyOf(whole, whole.length + 1));
        assertNotRead("one byte more");
    }

    private void assertNotRead(String what) {
        CheckpointReader reader = new CheckpointReader(store, directory, manifest);
        assertThatThrownBy(() -> reader.readVerified(40, 2, Map.of(CheckpointReader.EXP_AVG, (at, bytes) -> {})))
                .as(what)
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageContaining(directory + "/b");
    }

    @ParameterizedTest
    @CsvSource({"0,100", "0,30", "30,70", "10,50", "29,2", "99,1", "100,0"})
    void readsAnyRangeOfAnyVector(int offset, int length) throws IOException {
        for (int vector = 0; vector < 3; vector++) {
            List<Float> values = new ArrayList<>();
            new CheckpointReader(store, directory, manifest)
                    .read(CheckpointReader.VECTORS.get(vector), offset, length, (at, bytes) -> {
                        assertThat(at).isEqualTo(offset + values.size());
                        while (bytes.hasRemaining()) {
                            values.add(bytes.getFloat());
                        }
                    });
            assertThat(values).hasSize(length);
            for (int i = 0; i < length; i++) {
                assertThat(values.get(i)).isEqualTo(vector * 1000 + offset + i);
            }
        }
    }

    @Test
    void hashesTheParametersInLayoutOrder() throws IOException {
        ByteBuffer all = ByteBuffer.allocate(PARAMETERS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < PARAMETERS; i++) {
            all.putFloat(i);
        }
        assertThat(new CheckpointReader(store, directory, manifest).paramsSha256())
                .isEqualTo(HexFormat.of().formatHex(Sha256.digest().digest(all.array())));
    }

    @Test
    void aManifestWithAGapIsAnError() {
        CheckpointManifest gap =
                StorageFixture.manifest(PARAMETERS, List.of(manifest.shards().get(0)));
        assertThatThrownBy(() -> new CheckpointReader(store, directory, gap).paramsSha256())
                .hasMessage(directory + ": the shards end at element 30 expected=100");
    }

    @Test
    void aShardOfAnotherLengthIsAnError() {
        CheckpointManifest.Shard other = new CheckpointManifest.Shard("a", 0, 100, 0, "");
        CheckpointManifest wrong = StorageFixture.manifest(PARAMETERS, List.of(other));
        assertThatThrownBy(() -> new CheckpointReader(store, directory, wrong).readParameters((offset, bytes) -> {}))
                .hasMessage(directory + "/a: param is missing or of another length: expected=100");
    }

    @Test
    void parametersAreComparedAsTheyAreRead() throws IOException {
        String expected = new CheckpointReader(store, directory, manifest).paramsSha256();
        CheckpointManifest sealed = StorageFixture.manifest(PARAMETERS, manifest.shards(), expected);
        List<Long> offsets = new ArrayList<>();
        new CheckpointReader(store, directory, sealed).readParameters((offset, bytes) -> offsets.add(offset));
        assertThat(offsets).first().isEqualTo(0L);
        CheckpointManifest other = StorageFixture.manifest(PARAMETERS, manifest.shards(), "0123");
        assertThatThrownBy(() -> new CheckpointReader(store, directory, other).readParameters((offset, bytes) -> {}))
                .hasMessage(
                        directory + " is damaged: the parameters have another SHA-256 than its manifest says: actual="
                                + expected + " expected=0123");
    }

    @Test
    void theHashIsNotGivenWhereWhatTheOptimizerKeepsIsDamaged() throws IOException {
        Path a = path.resolve("a");
        byte[] bytes = Files.readAllBytes(a);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(path.resolve(".a.crc"));
        Files.write(a, bytes);
        assertThatThrownBy(() -> new CheckpointReader(store, directory, manifest).paramsSha256())
                .hasMessageStartingWith("checkpoint damaged: " + directory + "/a: sha256=");
    }

    @Test
    void verifyFindsNothingWhereAllIsWell() throws IOException {
        assertThat(verify()).isEmpty();
    }

    @Test
    void verifyFindsWhatIsMissingShortOrFlipped() throws IOException {
        Path a = path.resolve("a");
        byte[] bytes = Files.readAllBytes(a);
        Files.delete(path.resolve(".a.crc"));
        Files.write(a, Arrays.copyOf(bytes, bytes.length - 1));
        flip("b", 500);
        assertThat(verify())
                .hasSize(2)
                .contains("a has another length: actual=" + (bytes.length - 1) + " expected=" + bytes.length)
                .anyMatch(problem -> problem.startsWith("b cannot be read: Checksum error"));

        bytes[200] ^= 1;
        Files.write(a, bytes);
        Files.delete(path.resolve("b"));
        assertThat(verify()).containsExactly("a has another SHA-256 than the manifest says", "b is missing");
    }

    private List<String> verify() throws IOException {
        return new CheckpointReader(store, directory, manifest).verify();
    }

    private void flip(String name, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(path.resolve(name));
        bytes[position] ^= 1;
        Files.write(path.resolve(name), bytes);
    }
}
