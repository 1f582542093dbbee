package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the manifest of a corpus says of its sources. */
class CorpusManifestTest {
    @TempDir
    Path directory;

    private CorpusFixture fixture;

    @BeforeEach
    void fixture() {
        fixture = new CorpusFixture(directory);
    }

    @Test
    void aCorpusThatIsOneWholeSaysNothingOfSources() throws IOException {
        CorpusManifest manifest = fixture.corpus(7, 9);
        assertThat(written()).contains("\"version\" : 1").doesNotContain("sources");
        assertThat(CorpusManifest.load(fixture.store, fixture.directory)).isEqualTo(manifest);
        assertThat(manifest.sources()).isEmpty();
    }

    @Test
    void splitsAreThoseOfItsSourcesOneAfterTheOther() throws IOException {
        CorpusManifest whole = fixture.corpus(7);
        CorpusManifest manifest = whole.withSources(List.of(source("web", 5, 3), source("books", 2, 11)));
        manifest.save(fixture.store, fixture.directory);

        assertThat(manifest.train().shards())
                .extracting(CorpusShard::file)
                .containsExactly("web-train-00000.tokens", "books-train-00000.tokens");
        assertThat(manifest.train().tokens()).isEqualTo(7);
        assertThat(manifest.val().textBytes()).isEqualTo(28);
        assertThat(CorpusManifest.load(fixture.store, fixture.directory)).isEqualTo(manifest);
        assertThat(written()).contains("\"version\" : 2").containsOnlyOnce("web-train-00000.tokens");
    }

    @Test
    void theSameTokensOfOtherSourcesAreAnotherCorpus() throws IOException {
        CorpusManifest whole = fixture.corpus(7);
        CorpusManifest one = whole.withSources(List.of(source("web", 5, 3), source("books", 2, 11)));
        CorpusManifest other = whole.withSources(List.of(source("wiki", 5, 3), source("books", 2, 11)));
        assertThat(one.fingerprint()).isNotEqualTo(other.fingerprint());
    }

    @Test
    void theSameTokensInAnotherMixtureAreAnotherCorpus() throws IOException {
        CorpusManifest whole = fixture.corpus(7);
        CorpusSource web = source("web", 5, 3);
        CorpusSource books = source("books", 2, 11);
        CorpusManifest one = whole.withSources(List.of(web, books));
        CorpusSource rarer = new CorpusSource("books", 0.2, 0, books.train(), books.val());
        CorpusSource limited = new CorpusSource("books", 0.5, 100, books.train(), books.val());
        assertThat(whole.withSources(List.of(web, rarer)).fingerprint()).isNotEqualTo(one.fingerprint());
        assertThat(whole.withSources(List.of(web, limited)).fingerprint()).isNotEqualTo(one.fingerprint());
    }

    /** A corpus may come from anybody. */
    @Test
    void namesThatLeadOutOfTheDirectoryAreRefused() throws IOException {
        CorpusManifest whole = fixture.corpus(7);
        whole.withSources(List.of(source("web", 5, 3), source("../../books", 2, 11)))
                .save(fixture.store, fixture.directory);
        assertThatThrownBy(() -> CorpusManifest.load(fixture.store, fixture.directory))
                .hasMessageEndingWith(" names ../../books-train-00000.tokens, which is no name of a file beside it");
    }

    private static CorpusSource source(String name, int train, int val) {
        return new CorpusSource(name, 0.5, 0, split(name + "-train", train), split(name + "-val", val));
    }

    private static CorpusSplit split(String name, int tokens) {
        return new CorpusSplit(
                List.of(new CorpusShard(name + "-00000.tokens", tokens, 1, 4L * tokens, "00000000")), 2L * tokens);
    }

    private String written() throws IOException {
        return new String(fixture.store.readAll(fixture.path(CorpusManifest.FILE)), StandardCharsets.UTF_8);
    }
}
