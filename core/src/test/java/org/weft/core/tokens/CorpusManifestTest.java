package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** The manifest's JSON, and the corpora that it does not stand for. */
class CorpusManifestTest {
    @TempDir
    Path directory;

    private CorpusFixture fixture;

    @BeforeEach
    void start() {
        fixture = new CorpusFixture(directory);
    }

    @Test
    void roundTrips() throws IOException {
        CorpusManifest manifest = fixture.corpus(10, 20);
        assertThat(CorpusManifest.load(fixture.store, fixture.directory)).isEqualTo(manifest);
        assertThat(manifest.train().tokens()).isEqualTo(30);
        assertThat(manifest.train().documents()).isEqualTo(2);
        assertThat(Files.readString(fixture.local("manifest.json")))
                .contains(
                        "\"tokenizer_sha256\"", "\"vocab_size\" : 1000", "\"end_of_text\" : 999", "\"dtype\" : \"u16\"")
                .contains("\"text_bytes\" : 12345", "\"file\" : \"train-00001.tokens\"", "\"crc32c\"");
        assertThat(manifest.loadTokenizer(fixture.store, fixture.directory)).isEqualTo(CorpusFixture.TOKENIZER);
    }

    @Test
    void saysThatThereIsNoCorpus() {
        assertRejected(
                () -> CorpusManifest.load(fixture.store, fixture.directory),
                "no corpus: " + fixture.directory + "/manifest.json is missing",
                "run prepare first");
    }

    @Test
    void rejectsBrokenIncompleteAndOtherVersions() throws IOException {
        assertContentRejected("{\"version\": 1, ", "corpus manifest is broken: file=");
        assertContentRejected("{\"version\": 1, \"colour\": 2}", "corpus manifest is broken: file=");
        assertContentRejected("{\"version\": 7}", "corpus manifest of another version: file=");
        assertContentRejected("{\"version\": 7}", "expected=1 actual=7");
        assertContentRejected(
                "{\"version\": 1, \"vocab_size\": 5, \"end_of_text\": 1}", "corpus manifest is incomplete: file=");
    }

    @Test
    void rejectsTokenizerThatWasChangedOrRemoved() throws IOException {
        CorpusManifest manifest = fixture.corpus(10);
        fixture.overwrite("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
        assertRejected(
                () -> manifest.loadTokenizer(fixture.store, fixture.directory),
                "tokenizer does not belong to this corpus: file=" + fixture.path("tokenizer.json") + " sha256 expected="
                        + manifest.tokenizerSha256() + " actual=44136fa355b3678a",
                "prepare again");
        Files.delete(fixture.local("tokenizer.json"));
        assertRejected(
                () -> manifest.loadTokenizer(fixture.store, fixture.directory),
                "tokenizer is missing",
                "run prepare again");
    }

    private void assertContentRejected(String json, String message) throws IOException {
        fixture.overwrite("manifest.json", json.getBytes(StandardCharsets.UTF_8));
        assertRejected(() -> CorpusManifest.load(fixture.store, fixture.directory), message, "run prepare");
    }

    private static void assertRejected(ThrowingCallable call, String message, String hint) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA);
                    assertThat(e.hint()).contains(hint);
                })
                .hasMessageContaining(message);
    }
}
