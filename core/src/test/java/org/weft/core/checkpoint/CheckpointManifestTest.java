package org.weft.core.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.ExitStatus;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.privacy.SpentPrivacy;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.StorageFixture;
import org.weft.core.storage.Store;

/** A checkpoint's manifest: what it says, what it remembers, and every way in which it can be damaged. */
class CheckpointManifestTest {
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

    @Test
    void manifestRoundTrip() throws IOException {
        manifest.save(store, directory);
        assertThat(CheckpointManifest.load(store, directory)).isEqualTo(manifest);
        assertThat(manifest.toJson())
                .contains(
                        "\"format_version\" : 4", "\"tokens_seen\" : 1099511627776", "\"params_sha256\" : \"params\"");
        assertThat(RunDirectory.stepName(200)).isEqualTo("step-00000200");
    }

    @Test
    void saysWhatPrivacyWasSpent() throws IOException {
        SpentPrivacy spent = new SpentPrivacy(2.5, 1e-5, 1.1, 0.5, 0.01, 3200, SpentPrivacy.RDP, "ab".repeat(32));
        CheckpointManifest ofPrivateRun = Records.with(
                Records.with(manifest, "privacy", spent), "formatVersion", CheckpointManifest.PRIVATE_VERSION);
        ofPrivateRun.save(store, directory);
        assertThat(CheckpointManifest.load(store, directory)).isEqualTo(ofPrivateRun);
        assertThat(ofPrivateRun.toJson())
                .contains("\"noise_multiplier\" : 1.1", "\"sample_rate\" : 0.01", "\"accountant\" : \"rdp\"");
        assertThat(manifest.toJson()).doesNotContain("privacy");
    }

    @Test
    void aDirectoryWithoutManifestIsNoCheckpoint() {
        assertThatThrownBy(() -> CheckpointManifest.load(store, directory))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage(directory + " is no committed checkpoint: it has no manifest.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                           | is damaged",
                "null                                                        | is damaged",
                "{}                                                          | is damaged: it has no format_version",
                "{\"format_version\":1}                                      | is damaged",
                "{\"format_version\":2}                                      | does not match its own manifest_sha256",
                "{\"format_version\":3}                                      | does not match its own manifest_sha256",
                "{\"format_version\":4}                                      | does not match its own manifest_sha256",
                "{\"format_version\":5}                                      | does not match its own manifest_sha256",
                "{\"format_version\":6}                                      | does not match its own manifest_sha256",
                "{\"format_version\":0}                                      | format_version=0 expected=6",
                "{\"format_version\":9,\"weft_version\":\"7\",\"news\":[]}   | format_version=9 expected=6",
            })
    void refusesBrokenManifests(String json, String problem) throws IOException {
        Files.writeString(path.resolve("manifest.json"), json);
        assertThatThrownBy(() -> CheckpointManifest.load(store, directory))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("/manifest.json")
                .hasMessageContaining(problem);
    }

    @Test
    void everyKeyOfTheManifestIsNeeded() throws IOException {
        String json = manifest.toJson().replace("\"format_version\" : 4", "\"format_version\" : 1");
        for (String key : List.of("step", "layout_hash", "parameters", "shards", "config", "params_sha256")) {
            Files.writeString(path.resolve("manifest.json"), json.replace("\"" + key + "\"", "\"other\""));
            assertThatThrownBy(() -> CheckpointManifest.load(store, directory))
                    .as(key)
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining("is damaged");
        }
    }

    /** Every byte: the file's own checksum leaves no room. */
    @Test
    void aManifestWithAFlippedByteOrCutShortIsDamaged() throws IOException {
        manifest.save(store, directory);
        Path file = path.resolve("manifest.json");
        byte[] whole = Files.readAllBytes(file);
        Files.delete(path.resolve(".manifest.json.crc"));
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Files.write(file, flipped);
            assertDamaged("byte " + at);
        }
        for (int length = 0; length < whole.length; length += 5) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertDamaged("length " + length);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertDamaged("one byte more");
    }

    private void assertDamaged(String what) {
        assertThatThrownBy(() -> CheckpointManifest.load(store, directory))
                .as(what)
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("/manifest.json");
    }

    @Test
    void readsTheManifestsOfAllVersions() throws IOException {
        for (int version = 1; version <= CheckpointManifest.PRUNED_VERSION; version++) {
            CheckpointManifest read = golden("manifest-v" + version + ".json");
            assertThat(read.formatVersion()).isEqualTo(version);
            assertThat(read.step()).isEqualTo(200);
            assertThat(read.shards()).hasSize(3);
            assertThat(read.paramsSha256()).isEqualTo("params");
        }
    }

    private CheckpointManifest golden(String name) throws IOException {
        try (InputStream in = getClass().getResourceAsStream(name)) {
            Files.write(path.resolve("manifest.json"), in.readAllBytes());
        }
        return CheckpointManifest.load(store, directory);
    }

    @Test
    void sinceVersionThreeAManifestRemembersEvaluationsAndSources() throws IOException {
        CheckpointManifest read = golden("manifest-v3.json");
        assertThat(read.sources())
                .containsExactly(new CheckpointManifest.Source("corpus", "hdfs:///weft/run/corpus", "c0de"));
        assertThat(read.evaluations()).containsOnlyKeys(100, 200);
        assertThat(read.evaluations().get(100)).containsExactly(Map.entry("loss", 2.5), Map.entry("accuracy", 0.25));
        assertThat(read.evaluations().get(200)).containsKey("loss").containsValue(null);
        assertThat(read.toJson()).contains("\"evaluations\" : {\n    \"100\" : {\n      \"loss\" : 2.5,");
        assertThat(golden("manifest-v2.json").sources()).isEmpty();
        assertThat(golden("manifest-v2.json").evaluations()).isEmpty();
        assertThat(golden("manifest-v1.json").evaluations()).isEmpty();
    }

    /** Earlier versions did not count them: their optimizers take all steps for updates, as they did. */
    @Test
    void sinceVersionFourAManifestCountsSkippedSteps() throws IOException {
        assertThat(golden("manifest-v4.json").skippedSteps()).isEqualTo(3);
        assertThat(golden("manifest-v4.json").evaluations()).containsOnlyKeys(100, 200);
        for (String earlier : List.of("manifest-v1.json", "manifest-v2.json", "manifest-v3.json")) {
            assertThat(golden(earlier).skippedSteps()).as(earlier).isZero();
        }
    }

    /** Earlier versions had none; a later one without it is damaged. */
    @Test
    void sinceVersionFiveAManifestHasASparsity() throws IOException {
        assertThat(golden("manifest-v5.json").sparsity()).isEqualTo(0.75);
        assertThat(golden("manifest-v4.json").sparsity()).isNull();
        byte[] without = manifest.toJson()
                .replace("\"format_version\" : 4", "\"format_version\" : 5")
                .getBytes(UTF_8);
        Files.write(path.resolve("manifest.json"), ManifestSeal.close(without));
        assertDamaged("sparsity");
    }

    /** Earlier versions had none of them; a later one that lacks them is damaged. */
    @Test
    void aManifestNeedsWhatARunRemembers() throws IOException {
        for (String key : List.of("skipped_steps", "sources", "evaluations")) {
            byte[] without =
                    manifest.toJson().replace("\"" + key + "\"", "\"other\"").getBytes(UTF_8);
            Files.write(path.resolve("manifest.json"), ManifestSeal.close(without));
            assertDamaged(key);
        }
    }

    @Test
    void theGuardIsAskedBeforeTheManifestAppears() throws IOException {
        assertThatThrownBy(() -> manifest.save(store, directory, () -> {
                    assertThat(store.exists(directory + "/manifest.json")).isFalse();
                    throw WeftException.failed("another has the run", "");
                }))
                .hasMessage("another has the run");
        assertThat(store.exists(directory + "/manifest.json")).isFalse();
        assertThat(Files.list(path).map(file -> file.getFileName().toString()))
                .doesNotContain("manifest.json")
                .noneMatch(name -> name.endsWith(".tmp"));
    }
}
