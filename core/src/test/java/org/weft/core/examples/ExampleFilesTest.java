package org.weft.core.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** Examples come back as they were written, and damage is seen before it is used. */
class ExampleFilesTest {
    private static final String TOKENIZER = Sha256.hex(new byte[] {1});
    private static final List<Example> EXAMPLES = List.of(
            new Example(new int[] {7, 8, 9}, 3, null, new float[] {1}, 0.5),
            new Example(new int[] {1}, 0, new int[] {Example.IGNORED}, null, 0),
            new Example(new int[] {70_000, 2}, 1, new int[] {3, Example.IGNORED}, new float[] {}, 1e-300));

    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();
    private String folder;

    @BeforeEach
    void name() {
        folder = directory.toString();
    }

    private ExamplesFile write(String file, List<Example> examples) throws IOException {
        try (ExampleWriter writer = new ExampleWriter(store, folder, file, ExampleFileFormat.vocabulary(TOKENIZER))) {
            for (Example example : examples) {
                writer.append(example);
            }
            return writer.commit();
        }
    }

    private static ExamplesManifest manifest(ExamplesSplit train) {
        return new ExamplesManifest(
                ExamplesManifest.VERSION,
                "classification",
                List.of("a", "b"),
                List.of(1L, 2L),
                List.of(1.5, 0.75),
                TOKENIZER,
                100,
                train,
                ExamplesSplit.NONE,
                ExamplesSplit.NONE,
                3,
                Map.of("email", 4L),
                true,
                "f");
    }

    private static void assertSame(Example actual, Example expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    @Test
    void everyExampleComesBack() throws IOException {
        ExamplesFile written = write("a.examples", EXAMPLES);
        Path path = directory.resolve("a.examples");
        assertThat(written.bytes()).isEqualTo(Files.size(path));
        assertThat(written.sha256()).isEqualTo(Sha256.hex(Files.readAllBytes(path)));
        assertThat(written.tokens()).isEqualTo(6);
        try (ExampleReader reader = ExampleReader.open(store, path.toString())) {
            assertThat(reader.header().vocabulary()).isEqualTo(TOKENIZER.substring(0, 32));
            for (int i = EXAMPLES.size() - 1; i >= 0; i--) {
                assertSame(reader.read(i), EXAMPLES.get(i));
                assertThat(reader.length(i)).isEqualTo(EXAMPLES.get(i).length());
                assertThat(reader.weight(i)).isEqualTo(EXAMPLES.get(i).weight());
            }
        }
    }

    @Test
    void whichExamplesAreOfOneRowIsTold() throws IOException {
        ExamplesFile file;
        String vocabulary = ExampleFileFormat.vocabulary(TOKENIZER);
        try (ExampleWriter writer = new ExampleWriter(store, folder, "rows.examples", vocabulary)) {
            writer.append(EXAMPLES.get(0));
            writer.append(EXAMPLES.get(1), true);
            writer.append(EXAMPLES.get(0), false);
            file = writer.commit();
        }
        ExamplesSplit split = new ExamplesSplit(List.of(file, file), 3, 0, 0);
        try (ExampleSet set = ExampleSet.open(store, folder, manifest(split), split)) {
            assertThat(IntStream.range(0, set.size()).mapToObj(set::sameRow))
                    .containsExactly(false, true, false, false, true, false);
            assertThat(set.length(1)).isEqualTo(EXAMPLES.get(1).length());
            assertSame(set.read(1), EXAMPLES.get(1));
        }
        byte[] bytes = Files.readAllBytes(directory.resolve("rows.examples"));
        assertThat(bytes[ExampleFileFormat.VERSION_OFFSET]).isEqualTo((byte) ExampleFileFormat.ROWS_VERSION);
        write("plain.examples", EXAMPLES);
        byte[] plain = Files.readAllBytes(directory.resolve("plain.examples"));
        assertThat(plain[ExampleFileFormat.VERSION_OFFSET]).isEqualTo((byte) ExampleFileFormat.VERSION);
    }

    @Test
    void anyChangedByteIsSeen() throws IOException {
        write("a.examples", EXAMPLES);
        Path path = directory.resolve("a.examples");
        byte[] whole = Files.readAllBytes(path);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            Files.deleteIfExists(directory.resolve(".a.examples.crc")); // Hadoop's own checksum
            Files.write(path, damaged);
            assertThatThrownBy(this::readAll)
                    .as("byte %d", at)
                    .isInstanceOfSatisfying(WeftException.class, error -> assertThat(error.status())
                            .isEqualTo(ExitStatus.INVALID_DATA));
        }
    }

    private void readAll() throws IOException {
        try (ExampleReader reader =
                ExampleReader.open(store, directory.resolve("a.examples").toString())) {
            for (int i = 0; i < reader.header().examples(); i++) {
                reader.read(i);
            }
        }
    }

    @Test
    void cutFilesAreSeen() throws IOException {
        write("a.examples", EXAMPLES);
        Path path = directory.resolve("a.examples");
        byte[] whole = Files.readAllBytes(path);
        Files.deleteIfExists(directory.resolve(".a.examples.crc"));
        for (int length : new int[] {0, 63, 67, 68, whole.length - 1}) {
            Files.write(path, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(this::readAll)
                    .as("%d bytes", length)
                    .hasMessageContaining("examples of wrong length: file=");
        }
        Files.delete(path);
        assertThatThrownBy(this::readAll).hasMessageContaining("examples missing: file=");
    }

    @Test
    void aSplitIsItsFilesOneAfterTheOther() throws IOException {
        ExamplesFile a = write("a.examples", EXAMPLES);
        ExamplesFile none = write("b.examples", List.of());
        ExamplesFile c = write("c.examples", EXAMPLES.subList(1, 3));
        ExamplesSplit split = new ExamplesSplit(List.of(none, a, none, c), 3, 0, 0);
        try (ExampleSet set = ExampleSet.open(store, folder, manifest(split), split)) {
            assertThat(set.size()).isEqualTo(5);
            assertThat(split.examples()).isEqualTo(5);
            assertThat(split.tokens()).isEqualTo(9);
            for (int i = 0; i < 5; i++) {
                Example expected = EXAMPLES.get(i < 3 ? i : i - 2);
                assertSame(set.read(i), expected);
                assertThat(set.weight(i)).isEqualTo(expected.weight());
                assertThat(set.length(i)).isEqualTo(expected.length());
            }
            assertThatThrownBy(() -> set.read(5)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        ExamplesFile other = new ExamplesFile("a.examples", 4, a.tokens(), a.bytes(), a.sha256());
        ExamplesSplit wrong = new ExamplesSplit(List.of(other), 3, 0, 0);
        assertThatThrownBy(() -> ExampleSet.open(store, folder, manifest(wrong), wrong))
                .hasMessageContaining("examples do not belong to this data set: file=");
    }

    @Test
    void manyExamplesGoThroughTheIndex() throws IOException {
        Random random = new Random(3);
        List<Example> many = random.ints(40_000, 1, 4)
                .mapToObj(length -> new Example(new int[length], length, null, null, length))
                .toList();
        write("many.examples", many);
        try (ExampleReader reader =
                ExampleReader.open(store, directory.resolve("many.examples").toString())) {
            for (int i : new int[] {0, 16_383, 16_384, 39_999}) {
                assertSame(reader.read(i), many.get(i));
                assertThat(reader.weight(i)).isEqualTo(many.get(i).length());
            }
        }
    }

    @Test
    void theManifestIsTheCommit() throws IOException {
        assertThatThrownBy(() -> ExamplesManifest.load(store, folder))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("no encoded data set: ");
        ExamplesManifest manifest = manifest(new ExamplesSplit(List.of(write("a.examples", EXAMPLES)), 3, 1, 2));
        manifest.save(store, folder);
        assertThat(ExamplesManifest.load(store, folder)).isEqualTo(manifest);
        Path path = directory.resolve("manifest.json");
        String text = Files.readString(path);
        for (String broken : List.of(
                text.replace("\"version\" : 1", "\"version\" : 9"),
                text.replace("\"fingerprint\" : \"f\"", "\"fingerprint\" : null"),
                text.substring(0, 50))) {
            Files.deleteIfExists(directory.resolve(".manifest.json.crc"));
            Files.writeString(path, broken);
            assertThatThrownBy(() -> ExamplesManifest.load(store, folder)).isInstanceOf(WeftException.class);
        }
    }

    @Test
    void impossibleExamplesAreRefused() {
        int[] one = {1};
        assertThatThrownBy(() -> new Example(new int[0], 0, null, null, 1)).hasMessageContaining("without tokens");
        assertThatThrownBy(() -> new Example(one, 2, null, null, 1)).hasMessageContaining("second_segment=2");
        assertThatThrownBy(() -> new Example(one, 1, new int[2], null, 1)).hasMessageContaining("targets actual=2");
        assertThatThrownBy(() -> new Example(one, 1, null, null, Double.NaN)).hasMessageContaining("weight=NaN");
    }
}
