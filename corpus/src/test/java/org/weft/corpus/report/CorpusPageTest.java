package org.weft.corpus.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.TokenShardFormat;
import org.weft.core.tokens.TokenShardWriter;
import org.weft.core.tokens.TokenType;
import org.weft.corpus.SparkFixture;
import org.weft.corpus.statistics.CorpusStatistics;

/** The page of a corpus says what its files say. */
class CorpusPageTest {
    private static final int VOCABULARY = 300;
    private static final int USED = 250;
    private static final int SHARDS = 5;
    private static final String COPIES = "copies of those, and what repeated lines left empty";

    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();
    private final long[] counts = new long[VOCABULARY];
    private final List<Integer> lengths = new ArrayList<>();
    private CorpusManifest manifest;

    @BeforeEach
    void writeCorpus() throws IOException {
        Random random = new Random(7);
        String sha256 = Sha256.hex(new byte[] {1});
        List<CorpusShard> shards = new ArrayList<>();
        for (int s = 0; s < SHARDS; s++) {
            String name = "train-0000" + s + ".tokens";
            String vocabulary = TokenShardFormat.vocabulary(sha256);
            try (TokenShardWriter writer =
                    new TokenShardWriter(store, directory.toString(), name, TokenType.U16, vocabulary)) {
                for (int document = 0; document < 40; document++) {
                    int length = 1 + random.nextInt(1 << random.nextInt(10));
                    writer.startDocument();
                    writer.append(random.ints(length, 0, USED)
                            .map(id -> Math.min(id, random.nextInt(USED)))
                            .peek(id -> counts[id]++)
                            .toArray());
                    lengths.add(length);
                }
                shards.add(writer.commit());
            }
        }
        manifest = new CorpusManifest(
                CorpusManifest.VERSION,
                CorpusManifest.TOKENIZER_FILE,
                sha256,
                VOCABULARY,
                TokenType.U16,
                0,
                new CorpusSplit(shards, 123_456),
                new CorpusSplit(List.of(), 0),
                List.of());
        manifest.save(store, directory.toString());
    }

    @Test
    void statisticsAreThoseOfTheShards() throws IOException {
        CorpusStatistics found = CorpusStatistics.count(store, directory.toString(), manifest);
        long all = IntStream.range(0, VOCABULARY).mapToLong(id -> counts[id]).sum();
        double entropy = IntStream.range(0, VOCABULARY)
                .filter(id -> counts[id] > 0)
                .mapToDouble(id -> (double) counts[id] / all)
                .map(share -> -share * Math.log(share) / Math.log(2))
                .sum();
        assertThat(found.tokens()).isEqualTo(all).isEqualTo(manifest.train().tokens());
        assertThat(found.documents()).isEqualTo(lengths.size());
        assertThat(found.used()).isEqualTo((int)
                IntStream.range(0, VOCABULARY).filter(id -> counts[id] > 0).count());
        assertThat(found.entropyBits()).isCloseTo(entropy, within(1e-9));
        assertThat(found.longest())
                .isEqualTo(lengths.stream().mapToInt(n -> n).max().orElseThrow());
        found.lengths().forEach(bar -> assertThat(bar.documents())
                .isEqualTo(lengths.stream()
                        .filter(n -> n >= bar.from() && n <= bar.to())
                        .count()));
        assertThat(found.ranks().get(found.ranks().size() - 1).share()).isEqualTo(1);
        assertThat(found.mostFrequent().get(0).tokens())
                .isEqualTo(IntStream.range(0, VOCABULARY)
                        .mapToLong(id -> counts[id])
                        .max()
                        .orElseThrow());
        try (JavaSparkContext spark = SparkFixture.spark("local[3]")) {
            assertThat(CorpusStatistics.count(spark, store, directory.toString(), manifest))
                    .isEqualTo(found);
        }
        Files.write(directory.resolve(CorpusStatistics.FILE), found.toJson());
        assertThat(CorpusStatistics.load(store, directory.toString(), manifest)).isEqualTo(found);
    }

    @Test
    void itsNumbersAreTheFiles() throws IOException {
        JsonNode provenance = provenance();
        String page = CorpusPage.of(store, directory.toString());
        assertThat(tile(page, "training tokens")).isEqualTo(manifest.train().tokens());
        assertThat(row(page, "read").get(0)).isEqualTo("214");
        assertThat(row(page, "read").get(1)).isEqualTo("5,000,000");
        assertThat(row(page, "bad records").get(0)).isEqualTo("-4");
        assertThat(row(page, "dropped by rules").get(0)).isEqualTo("-5");
        assertThat(row(page, "left").get(0)).isEqualTo("205");
        assertThat(row(page, "equal to another").get(0)).isEqualTo("-1");
        assertThat(row(page, COPIES).get(0)).isEqualTo("-3");
        assertThat(row(page, "near duplicates").get(0)).isEqualTo("-1");
        long left = List.of("read", "bad records", "dropped by rules").stream()
                .mapToLong(stage -> documents(page, stage))
                .sum();
        assertThat(left).isEqualTo(documents(page, "left"));
        long kept = List.of("left", "equal to another", "near duplicates", COPIES).stream()
                .mapToLong(stage -> documents(page, stage))
                .sum();
        assertThat(kept).isEqualTo(documents(page, "training") + documents(page, "validation"));
        assertThat(row(page, "training").get(0))
                .isEqualTo(Long.toString(manifest.train().documents()));
        assertThat(row(page, "training").get(2))
                .contains(String.format("%,d tokens", manifest.train().tokens()));
        assertThat(row(page, "clean.c4.curly_bracket").get(1)).isEqualTo("changed 3, dropped 5");
        assertThat(row(page, "en")).containsExactly("150", "71.4%");
        assertThat(page)
                .contains("0.90 to 0.95: 7 pairs")
                .contains("privacy.found.email")
                .contains("/data/a.txt");
        assertThat(page)
                .as("shares of a funnel")
                .contains(provenance.path("corpus").path("manifest_sha256").asText());
    }

    @Test
    void whatRepeatedLinesLeftEmptyHasItsOwnRow() throws IOException {
        ObjectNode provenance = (ObjectNode) provenance();
        ((ObjectNode) provenance.path("deduplication")).put("repeated_lines_removed", 9);
        ((ObjectNode) provenance.path("sources").get(0)).put("emptied_documents", 2);
        ((ObjectNode) provenance.path("sources").get(1)).put("emptied_documents", 0);
        Files.write(directory.resolve("provenance.json"), Json.MAPPER.writeValueAsBytes(provenance));
        String page = CorpusPage.of(store, directory.toString());
        String emptied = "left empty without repeated lines";
        assertThat(row(page, emptied).get(0)).isEqualTo("-2");
        assertThat(row(page, "copies of those").get(0)).isEqualTo("-1");
        long kept = List.of("left", "equal to another", emptied, "near duplicates", "copies of those").stream()
                .mapToLong(stage -> documents(page, stage))
                .sum();
        assertThat(kept).isEqualTo(documents(page, "training") + documents(page, "validation"));
    }

    @Test
    void itShowsNothingOfPeopleAndNoMarkup() throws IOException {
        provenance();
        String page = CorpusPage.of(store, directory.toString());
        assertThat(page).contains("write to &lt;EMAIL&gt; {").doesNotContain("jane.doe@example.org");
        assertThat(page).as("the form of what stood there").contains("ask &lt;EMAIL&gt;[xxxx.xxx@xxxxxxx.xxx] now");
        assertThat(page).contains("&lt;EMAIL&gt; is taken").doesNotContain("john.roe");
        assertThat(page).contains("&lt;script&gt;").doesNotContain("<script").doesNotContain("http://");
    }

    @Test
    void aCorpusWithoutProvenanceHasAPage() throws IOException {
        String page = CorpusPage.of(store, directory.toString());
        assertThat(page).contains("has no provenance.json");
        assertThat(tile(page, "training tokens")).isEqualTo(manifest.train().tokens());
    }

    private JsonNode provenance() throws IOException {
        ObjectNode tree = (ObjectNode) Json.MAPPER.readTree("""
                {"format_version": 1, "weft": "1", "rules": {"clean.c4.curly_bracket": "1"},
                 "sources": [
                  {"name": "a", "files": 1, "bytes": 3000000, "records": 114, "bad_records": 4, "duplicate_ids": 2, "documents": 107,
                   "text_bytes": 100, "counts": {"dropped.c4.curly_bracket": 5, "clean.dropped.c4.curly_bracket": 5,
                     "language.en": 100, "language.de": 60, "privacy.found.email": 9},
                   "examples": {"c4.curly_bracket": {"00": "write to jane.doe@example.org {"},
                     "privacy.email": {"00": "ask <EMAIL>[xxxx.xxx@xxxxxxx.xxx] now"}}},
                  {"name": "b", "files": 1, "bytes": 2000000, "records": 100, "bad_records": 0, "documents": 100,
                   "text_bytes": 100, "counts": {"clean.changed.c4.curly_bracket": 3, "language.en": 50},
                   "examples": {"c4.curly_bracket": {"00": "write to jane.doe@example.org {", "01": "<script>x</script>"}}}],
                 "inputs": [{"path": "/data/a.txt", "bytes": 3000000, "sha256": "ab"}],
                 "deduplication": {"near_duplicates": {"dropped": 1,
                   "candidates_by_jaccard": [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,7]}},
                 "corpus": {"repeated_documents": 1, "manifest_sha256": "f00d"}}
                """);
        Files.write(directory.resolve("provenance.json"), Json.MAPPER.writeValueAsBytes(tree));
        String bad = """
                {"file": "a.txt", "place": "line 3", "cause": "no UTF-8", "sample": "x"}
                {"file": "a.txt", "place": "id=john.roe@example.org", "cause": "id=john.roe@example.org is taken", "sample": ""}
                """;
        Files.write(directory.resolve("bad-records.jsonl"), bad.getBytes(StandardCharsets.UTF_8));
        return tree;
    }

    private static long tile(String page, String name) {
        Matcher tile =
                Pattern.compile("<span>" + name + "</span>\\s*<b>([0-9,]+)</b>").matcher(page);
        assertThat(tile.find()).as(name).isTrue();
        return Long.parseLong(tile.group(1).replace(",", ""));
    }

    private static long documents(String page, String stage) {
        return Long.parseLong(row(page, stage).get(0).replace(",", ""));
    }

    /** The cells after the first of the row that begins so. */
    private static List<String> row(String page, String first) {
        Matcher row = Pattern.compile(
                        "<tr><td class=\"name\">" + Pattern.quote(first) + "</td>(.*?)</tr>", Pattern.DOTALL)
                .matcher(page);
        assertThat(row.find()).as(first).isTrue();
        List<String> cells = new ArrayList<>();
        Matcher cell = Pattern.compile("<td[^>]*>([^<]*)</td>").matcher(row.group(1));
        while (cell.find()) {
            cells.add(cell.group(1));
        }
        return cells;
    }
}
