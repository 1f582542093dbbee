package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/** A split as one stream, across shard boundaries. */
class TokenCorpusTest {
    @TempDir
    Path directory;

    private CorpusFixture fixture;

    @BeforeEach
    void start() {
        fixture = new CorpusFixture(directory);
    }

    @Test
    void samplesRunAcrossShards() throws IOException {
        CorpusManifest manifest = fixture.corpus(7, 1, 0, 12, 5);
        try (TokenCorpus corpus = TokenCorpus.train(fixture.store, fixture.directory, manifest)) {
            assertThat(corpus.tokens()).isEqualTo(25);
            assertThat(corpus.samples(4)).isEqualTo(6);
            int[] into = new int[7];
            for (int sample = 0; sample < 6; sample++) {
                corpus.read(sample, 4, into, 1);
                for (int i = 0; i <= 4; i++) {
                    assertThat(into[1 + i]).isEqualTo(4 * sample + i);
                }
            }
            corpus.read(0, 24, new int[25], 0);
            assertThatThrownBy(() -> corpus.read(6, 4, into, 0)).hasMessage("sample=6 samples=6");
        }
    }

    @Test
    void keepsFewShardsOpen() throws IOException {
        int[] shards = new int[150];
        java.util.Arrays.fill(shards, 2);
        CorpusManifest manifest = fixture.corpus(shards);
        try (TokenCorpus corpus = TokenCorpus.train(fixture.store, fixture.directory, manifest)) {
            int[] all = new int[300];
            corpus.read(0, 299, all, 0);
            assertThat(all[299]).isEqualTo(299);
            corpus.read(1, 1, all, 0);
            assertThat(all[0]).isEqualTo(1);
        }
    }

    @Test
    void sourcesShareWhatIsOpen() throws IOException {
        int[] shards = new int[150];
        java.util.Arrays.fill(shards, 2);
        CorpusManifest manifest = fixture.corpus(shards);
        List<CorpusShard> all = manifest.train().shards();
        try (ShardReaders readers = new ShardReaders(fixture.store, fixture.directory, manifest);
                TokenCorpus one = TokenCorpus.of(readers, new CorpusSplit(all.subList(0, 75), 1));
                TokenCorpus other = TokenCorpus.of(readers, new CorpusSplit(all.subList(75, 150), 1))) {
            int[] into = new int[150];
            one.read(0, 149, into, 0);
            other.read(0, 149, into, 0);
            assertThat(readers.open()).isEqualTo(ShardReaders.OPEN_SHARDS);
            one.close();
            other.read(0, 149, into, 0);
            assertThat(into[0]).isEqualTo(150);
        }
    }

    @Test
    void storageThatFailsIsNamedByTheShardsFile() throws IOException {
        CorpusManifest manifest = fixture.corpus(7);
        Store failing = (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    throw new IOException("no answer");
                });
        try (TokenCorpus corpus = TokenCorpus.train(failing, fixture.directory, manifest)) {
            assertThatThrownBy(() -> corpus.read(0, 4, new int[5], 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot read the corpus: file=" + fixture.directory + "/")
                    .hasMessageEndingWith("no answer");
        }
    }

    @Test
    void anEmptySplitHasNoSamples() throws IOException {
        CorpusManifest manifest = fixture.corpus(7);
        try (TokenCorpus corpus = TokenCorpus.val(fixture.store, fixture.directory, manifest)) {
            assertThat(corpus.samples(4)).isZero();
        }
    }

    @Test
    void rejectsCorpusShorterThanOneContext() throws IOException {
        CorpusManifest manifest = fixture.corpus(64);
        try (TokenCorpus corpus = TokenCorpus.train(fixture.store, fixture.directory, manifest)) {
            assertThat(corpus.requireSamples(63)).isEqualTo(1);
            assertThatThrownBy(() -> corpus.requireSamples(64))
                    .isInstanceOfSatisfying(WeftException.class, e -> {
                        assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA);
                        assertThat(e.hint()).contains("more text");
                    })
                    .hasMessageContaining("corpus shorter than one context")
                    .hasMessageContaining("tokens=64 required=65");
        }
    }

    @Test
    void rejectsShardOfAnotherTokenizer() throws IOException {
        CorpusManifest manifest = fixture.corpus(64);
        CorpusManifest other = new CorpusManifest(
                1,
                "tokenizer.json",
                "00".repeat(32),
                1000,
                TokenType.U16,
                0,
                manifest.train(),
                manifest.val(),
                List.of());
        try (TokenCorpus corpus = TokenCorpus.train(fixture.store, fixture.directory, other)) {
            assertThatThrownBy(() -> corpus.read(0, 4, new int[5], 0))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining(
                            "token shard does not belong to this corpus: file=" + fixture.path("train-00000.tokens"));
        }
    }

    @Test
    void rejectsTokenOutsideTheVocabulary() throws IOException {
        CorpusManifest manifest = fixture.corpus(64);
        CorpusManifest small = new CorpusManifest(
                1,
                "tokenizer.json",
                manifest.tokenizerSha256(),
                10,
                TokenType.U16,
                0,
                manifest.train(),
                manifest.val(),
                List.of());
        try (TokenCorpus corpus = TokenCorpus.train(fixture.store, fixture.directory, small)) {
            assertThatThrownBy(() -> corpus.read(2, 4, new int[5], 0))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining("position=10 token=10 vocab_size=10");
        }
    }
}
