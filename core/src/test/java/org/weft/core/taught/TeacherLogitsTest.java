package org.weft.core.taught;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.taught.TeacherLogitsFormat.Header;
import org.weft.core.taught.TeacherLogitsManifest.Made;
import org.weft.core.tokens.MixtureOrder;

/** A teacher's logits on disk: what is written is read, window by window, and what is damaged is not. */
class TeacherLogitsTest {
    private static final int K = 2;
    private static final int CONTEXT = 3;
    private static final Made MADE = new Made("/models/large", "aa", "cc", 50, K, CONTEXT, "stream", false, 4, "fp32");

    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();
    private String home;

    @BeforeEach
    void write() throws IOException {
        home = "file://" + directory.toAbsolutePath();
        List<TeacherLogitsManifest.File> files = new ArrayList<>();
        files.add(file("a.logits", 0, 0, 2));
        files.add(file("b.logits", 0, 2, 1));
        files.add(file("c.logits", 1, 0, 1));
        new TeacherLogitsManifest(TeacherLogitsManifest.VERSION, MADE, files).save(store, home);
    }

    /** Of window w of source s the ids are 10 s + w and so on, the logits the same and a half. */
    private TeacherLogitsManifest.File file(String name, int source, int first, int windows) throws IOException {
        Header header = new Header(K, CONTEXT, windows);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(TeacherLogitsFormat.encode(header));
        for (int window = first; window < first + windows; window++) {
            int[] ids = new int[K * CONTEXT];
            float[] logits = new float[K * CONTEXT];
            int base = 10 * source + window;
            Arrays.setAll(ids, i -> base + i);
            for (int i = 0; i < logits.length; i++) {
                logits[i] = base + i + 0.5f;
            }
            bytes.write(TeacherLogitsFormat.encode(header, ids, logits));
        }
        Files.write(directory.resolve(name), bytes.toByteArray());
        assertThat(bytes.size()).isEqualTo(header.fileBytes());
        return new TeacherLogitsManifest.File(
                name, source, first, windows, bytes.size(), Sha256.hex(bytes.toByteArray()));
    }

    private TeacherLogits.Rows read(MixtureOrder.Draw... places) throws IOException {
        try (TeacherLogits logits = TeacherLogits.open(store, home)) {
            return logits.read(List.of(places));
        }
    }

    @Test
    void windowsAreFoundInAnyOrder() throws IOException {
        TeacherLogits.Rows rows =
                read(new MixtureOrder.Draw(1, 0), new MixtureOrder.Draw(0, 2), new MixtureOrder.Draw(0, 1));
        assertThat(rows.k()).isEqualTo(K);
        assertThat(rows.ids()).containsExactly(10, 11, 12, 13, 14, 15, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6);
        assertThat(rows.logits()).hasSize(18).startsWith(10.5f).endsWith(6.5f);
    }

    @Test
    void aWindowThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> read(new MixtureOrder.Draw(1, 1)))
                .hasMessage(home + " has no logits of window 1 of source 1");
        assertThatThrownBy(() -> read(new MixtureOrder.Draw(2, 0)))
                .hasMessage(home + " has no logits of window 0 of source 2");
    }

    /** More files than stay open, which several threads ask for. */
    @Test
    void whoReadsAtTheSameTimeTakesTurns() throws IOException {
        List<TeacherLogitsManifest.File> files = new ArrayList<>();
        for (int window = 0; window < 100; window++) {
            files.add(file(window + ".logits", 0, window, 1));
        }
        new TeacherLogitsManifest(TeacherLogitsManifest.VERSION, MADE, files).save(store, home);
        try (TeacherLogits logits = TeacherLogits.open(store, home)) {
            assertThat(IntStream.range(0, 2000)
                            .parallel()
                            .map(i -> i * 37 % 100)
                            .filter(window -> firstOf(logits, window) != window)
                            .toArray())
                    .isEmpty();
        }
    }

    private static int firstOf(TeacherLogits logits, int window) {
        try {
            return logits.read(List.of(new MixtureOrder.Draw(0, window))).ids()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDamagedWindowIsNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("a.logits"));
        bytes[bytes.length - 10] ^= 1;
        Files.write(directory.resolve("a.logits"), bytes);
        assertThat(read(new MixtureOrder.Draw(0, 0)).ids()).startsWith(0, 1);
        assertThatThrownBy(() -> read(new MixtureOrder.Draw(0, 1)))
                .hasMessage("checksum of a window does not match: file=" + home + "/a.logits window=1");
    }

    @Test
    void aFileThatWasCutOrSwappedIsNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("b.logits"));
        Files.write(directory.resolve("b.logits"), Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> read(new MixtureOrder.Draw(0, 2)))
                .hasMessageContaining("file of logits is cut short: file=" + home + "/b.logits");
        Files.copy(directory.resolve("b.logits"), directory.resolve("other"));
        Files.write(directory.resolve("b.logits"), Files.readAllBytes(directory.resolve("a.logits")));
        assertThatThrownBy(() -> read(new MixtureOrder.Draw(0, 2)))
                .hasMessageContaining(
                        "b.logits is not what its manifest says: expected=Header[k=2, context=3, windows=1]");
        bytes[20] ^= 1;
        Files.write(directory.resolve("b.logits"), bytes);
        assertThatThrownBy(() -> read(new MixtureOrder.Draw(0, 2)))
                .hasMessageContaining("checksum of the header does not match");
    }

    @Test
    void aDirectoryWithoutAManifestHasNone() throws IOException {
        Files.delete(directory.resolve("manifest.json"));
        assertThatThrownBy(() -> TeacherLogits.open(store, home))
                .isInstanceOf(WeftException.class)
                .hasMessage(home + " holds no teacher's logits: " + home + "/manifest.json is missing");
        Files.deleteIfExists(directory.resolve(".manifest.json.crc")); // of what is no more
        Files.writeString(directory.resolve("manifest.json"), "{\"version\": 1, \"files\": [");
        assertThatThrownBy(() -> TeacherLogits.open(store, home)).hasMessageContaining("manifest.json is broken: ");
        Files.writeString(directory.resolve("manifest.json"), "{\"version\": 1, \"made\": {}, \"files\": null}");
        assertThatThrownBy(() -> TeacherLogits.open(store, home))
                .hasMessage(home + "/manifest.json is broken: it has no files");
        Files.writeString(directory.resolve("manifest.json"), "{\"version\": 1, \"files\": []}");
        assertThatThrownBy(() -> TeacherLogits.open(store, home))
                .hasMessage(home + "/manifest.json does not say how they were made");
        Files.writeString(directory.resolve("manifest.json"), "{\"version\": 9}");
        assertThatThrownBy(() -> TeacherLogits.open(store, home)).hasMessageContaining("expected=1 actual=9");
    }

    @Test
    void aCheckpointsManifestIsAnother() throws IOException {
        assertThat(TeacherLogitsManifest.exists(store, home)).isTrue();
        Files.deleteIfExists(directory.resolve(".manifest.json.crc"));
        Files.writeString(directory.resolve("manifest.json"), "{\"format_version\": 4, \"step\": 10}");
        assertThat(TeacherLogitsManifest.exists(store, home)).isFalse();
    }

    @Test
    void aManifestSaysWhatTheyAreOf() throws IOException {
        TeacherLogitsManifest manifest = TeacherLogitsManifest.load(store, home);
        assertThat(manifest.made()).isEqualTo(MADE);
        assertThat(manifest.differences(MADE)).isEmpty();
        Made other = new Made("/models/large", "aa", "cd", 50, K, 4, "greedy", false, 4, "fp32");
        assertThat(manifest.differences(other))
                .containsExactly(
                        "corpus=cc (the run's is cd)",
                        "model.context=3 (the run's is 4)",
                        "training.packing=stream (the run's is greedy)");
        Made moved = new Made("/elsewhere", "aa", "cc", 50, K, CONTEXT, "stream", false, 4, "fp32");
        assertThat(MADE.sameFiles(moved)).isTrue();
        assertThat(new TeacherLogitsManifest(1, moved, manifest.files()).sha256())
                .isEqualTo(manifest.sha256());
        assertThat(new TeacherLogitsManifest(1, other, manifest.files()).sha256())
                .isNotEqualTo(manifest.sha256());
    }
}
