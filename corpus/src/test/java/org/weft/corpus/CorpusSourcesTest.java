package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSource;
import org.weft.corpus.clean.CleaningSteps;
import org.weft.corpus.source.DocumentReader;
import org.weft.corpus.source.ParquetFixture;

/** Several sources, what is kept of them between two prepares, and what becomes of bad records. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorpusSourcesTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();
    private final List<String> said = new ArrayList<>();
    private JavaSparkContext spark;
    private Path input;
    private Path out;

    @BeforeAll
    void startSpark() {
        spark = SparkFixture.spark("local[2]");
    }

    @AfterAll
    void stopSpark() {
        spark.close();
    }

    @BeforeEach
    void fresh() throws IOException {
        input = Files.createTempDirectory(directory, "input");
        out = Files.createTempDirectory(directory, "out").resolve("corpus");
        said.clear();
    }

    @Test
    void eachSourceHasShardsOfItsOwnAndTheFirstKeepsAText() throws IOException {
        List<String> documents = SparkFixture.documents(400, 3);
        SparkFixture.write(input.resolve("web/a.txt"), String.join("\n\n", documents.subList(0, 250)));
        SparkFixture.write(input.resolve("books/b.csv"), "body\n" + quoted(documents.subList(200, 400)));
        CorpusManifest manifest = prepare(sources(
                "{name: web, input: '" + input + "/web', weight: 0.7}",
                "{name: books, input: '" + input + "/books', text_field: body, weight: 0.3, tokens: 5000}"));
        assertThat(manifest.sources()).extracting(CorpusSource::name).containsExactly("web", "books");
        assertThat(manifest.sources()).extracting(CorpusSource::weight).containsExactly(0.7, 0.3);
        assertThat(manifest.sources().get(1).tokenBudget()).isEqualTo(5000);
        assertThat(documentsOf(manifest.sources().get(0))).isEqualTo(250);
        assertThat(documentsOf(manifest.sources().get(1))).isEqualTo(150);
        assertThat(CorpusVerification.run(spark, store, out.toString())).isEqualTo(manifest);
        assertThat(SparkFixture.contents(out).keySet()).contains("web-train-00000.tokens", "books-val-00000.tokens");
        assertThat(said.get(said.size() - 1)).endsWith("; 50 repeated documents dropped");
        assertThat(provenance().path("sources").findValuesAsText("name")).containsExactly("web", "books");
    }

    @Test
    void anUnchangedInputIsNotReadAgainAndANewFileAddsItsOwn() throws IOException {
        List<String> documents = SparkFixture.documents(300, 4);
        for (int f = 0; f < 3; f++) {
            SparkFixture.write(
                    input.resolve("f" + f + ".txt"), String.join("\n\n", documents.subList(80 * f, 80 * f + 80)));
        }
        CorpusConfig corpus = SparkFixture.corpus("auto", "paragraph", 0.1, input);
        prepare(corpus);
        assertThat(said).noneMatch(line -> line.contains("unchanged"));
        TreeMap<String, String> first = SparkFixture.contents(out);

        said.clear();
        prepare(corpus);
        assertThat(said).anyMatch(line -> line.matches("(\\d+) of \\1 parts of the input are unchanged.*"));
        assertThat(SparkFixture.contents(out)).isEqualTo(first);

        SparkFixture.write(input.resolve("g.txt"), String.join("\n\n", documents.subList(240, 300)));
        said.clear();
        prepare(corpus);
        assertThat(said).anyMatch(line -> line.matches("\\d+ of \\d+ parts of the input are unchanged.*"));
        TreeMap<String, String> added = SparkFixture.contents(out);
        Path fresh = out.resolveSibling("fresh");
        job().run(corpus, SparkFixture.bpe(300), SparkFixture.GPT2, fresh.toString());
        assertThat(SparkFixture.contents(fresh)).isEqualTo(added);

        job().run(
                        Records.with(corpus, "keepDocuments", false),
                        SparkFixture.bpe(300),
                        SparkFixture.GPT2,
                        out.toString());
        assertThat(out.resolveSibling("corpus.documents")).doesNotExist();
    }

    @Test
    void provenanceHasEachInputsChecksumAndIsSealed() throws IOException {
        Path file = SparkFixture.write(input.resolve("a.txt"), String.join("\n\n", SparkFixture.documents(9, 6)));
        CorpusManifest manifest = prepare(SparkFixture.corpus("auto", "paragraph", 0, input));
        ObjectNode provenance = provenance();
        JsonNode recorded = provenance.path("inputs").get(0);
        assertThat(recorded.path("path").asText()).isEqualTo("file:" + file);
        assertThat(recorded.path("sha256").asText()).isEqualTo(Sha256.hex(Files.readAllBytes(file)));
        assertThat(provenance.path("corpus").path("fingerprint").asText()).isEqualTo(manifest.fingerprint());
        assertThat(provenance.path("corpus").path("manifest_sha256").asText())
                .isEqualTo(Sha256.hex(store.readAll(out + "/manifest.json")));
        Path kept = out.resolve("provenance.json");
        Files.writeString(kept, Files.readString(kept).replace("\"documents\" : 9", "\"documents\" : 10"));
        Files.deleteIfExists(out.resolve(".provenance.json.crc"));
        assertThatThrownBy(this::provenance)
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("provenance.json is damaged");
    }

    @Test
    void badRecordsAreLeftOutCountedAndListedUpToAFraction() throws IOException {
        StringBuilder lines = new StringBuilder();
        SparkFixture.documents(198, 7).forEach(text -> lines.append(json(text)));
        lines.append("{\"text\": 1}\n{broken, ask jane.doe@mail.com\n");
        Path file = SparkFixture.write(input.resolve("a.jsonl"), lines.toString());
        CorpusConfig corpus = SparkFixture.corpus("auto", "paragraph", 0, input);
        assertThatThrownBy(() -> prepare(corpus))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("is no string but NUMBER");
        assertThatThrownBy(() -> prepare(Records.with(corpus, "maxBadFraction", 0.005)))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("too many bad records: bad=2 of 200 records (0.0100)"
                        + " corpus.max_bad_fraction=0.005, such as\n  - ");
        assertThat(out).doesNotExist();
        CorpusManifest manifest = prepare(Records.with(corpus, "maxBadFraction", 0.01));
        assertThat(manifest.train().documents()).isEqualTo(198);
        List<JsonNode> bad = badRecords();
        assertThat(bad).hasSize(2).allSatisfy(record -> {
            assertThat(record.path("file").asText()).isEqualTo("file:" + file);
            assertThat(record.path("place").asText()).matches("line=(199|200)");
            assertThat(record.path("cause").asText()).contains("file=file:" + file);
            assertThat(record.path("sample").asText()).startsWith("{").doesNotContain("jane");
        });
        assertThat(bad).anyMatch(record -> record.path("sample").asText().contains("{broken, ask <EMAIL>"));
        assertThat(said).anyMatch(line -> line.startsWith("warning: 2 of 200 records are bad"));
    }

    @Test
    void ofTwoDocumentsOfOneIdOneIsABadRecord() throws IOException {
        SparkFixture.write(
                input.resolve("a.jsonl"),
                "{\"id\": 1, \"text\": \"one\"}\n{\"id\": 1, \"text\": \"two\"}\n{\"id\": 2, \"text\": \"two\"}\n"
                        + "{\"id\": 3, \"text\": \"three\"}\n{\"id\": 3, \"text\": \"three\"}\n");
        CorpusConfig corpus = Records.with(SparkFixture.corpus("auto", "line", 0, input), "idField", "id");
        assertThatThrownBy(() -> prepare(corpus))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("two documents of one id: corpus.id_field=id id=1");
        CorpusManifest manifest = prepare(Records.with(corpus, "maxBadFraction", 0.5));
        // Whichever of "one" and "two" goes with id 1, the "two" of id 2 stays; "three" is merely repeated.
        assertThat(manifest.train().documents()).isBetween(2L, 3L);
        assertThat(badRecords())
                .singleElement()
                .satisfies(record -> assertThat(record.path("place").asText()).isEqualTo("id=1"));
    }

    @Test
    void theTextOfAnIdThatBecomesSeveralDocumentsIsOneOfThem() throws IOException {
        String common = "a".repeat(DocumentReader.MAX_DOCUMENT_BYTES);
        SparkFixture.write(input.resolve("a.jsonl"), "{\"id\": 1, \"text\": \"" + common + "b\"}\n");
        assertThat(ofIds().count()).isEqualTo(2);
        SparkFixture.write(input.resolve("b.jsonl"), "{\"id\": 2, \"text\": \"" + common + "c\"}\n");
        assertThat(ofIds().count()).isEqualTo(4);
        // One that differs is left out whole, and takes no piece of the other with it.
        SparkFixture.write(input.resolve("c.jsonl"), "{\"id\": 1, \"text\": \"" + common + "d\"}\n");
        assertThat(ofIds().count()).isEqualTo(4);
    }

    /** What is left of the input where texts of one id are told apart. */
    private JavaPairRDD<byte[], byte[]> ofIds() throws IOException {
        CorpusConfig corpus = Records.with(
                Records.with(SparkFixture.corpus("auto", "line", 0, input), "idField", "id"), "maxBadFraction", 0.9);
        CorpusInput found = CorpusInput.list(store, corpus, 1 << 25);
        return CorpusReading.run(spark, store, corpus, CleaningSteps.of(corpus, store), found, out.toString())
                .sorted(spark, corpus);
    }

    @Test
    void aTableOfTheCatalogueIsASource() throws IOException {
        SparkSession session = SparkSession.builder().getOrCreate();
        List<String> documents = SparkFixture.documents(50, 9);
        session.createDataFrame(
                        documents.stream()
                                .map(text -> RowFactory.create(text, 1L))
                                .toList(),
                        new StructType().add("text", DataTypes.StringType).add("number", DataTypes.LongType))
                .createOrReplaceTempView("pages");
        CorpusConfig corpus = Records.with(
                SparkFixture.corpus("table", "line", 0).reading(List.of("pages")), "format", CorpusConfig.Format.TABLE);
        assertThat(prepare(corpus).train().documents()).isEqualTo(50);
        assertThatThrownBy(() -> prepare(Records.with(corpus, "textField", "number")))
                .hasMessage("column \"number\" is no string but bigint: table=pages");
        assertThatThrownBy(() -> prepare(corpus.reading(List.of("nothing"))))
                .hasMessageStartingWith("corpus.input: no such table: nothing");
    }

    @Test
    void twoSourcesMayReadOneTable() throws IOException {
        SparkSession.builder()
                .getOrCreate()
                .createDataFrame(
                        List.of(RowFactory.create("a title", "a body"), RowFactory.create("another", "no other")),
                        new StructType().add("meta.title", DataTypes.StringType).add("body", DataTypes.StringType))
                .createOrReplaceTempView("articles");
        CorpusManifest manifest = prepare(sources(
                "{name: titles, input: articles, format: table, text_field: meta.title}",
                "{name: bodies, input: [articles, articles], format: table, text_field: body}"));
        assertThat(manifest.sources()).allSatisfy(source -> assertThat(documentsOf(source))
                .isEqualTo(2));
        assertThat(said).anyMatch(line -> line.startsWith("source bodies: 2 records, 2 documents kept, 14 bytes"));
    }

    @Test
    void anEmptyFileAmongManyIsNoError() throws IOException {
        List<String> documents = SparkFixture.documents(40, 12);
        for (String name : List.of("e.txt", "e.jsonl", "e.csv", "e.parquet", "e.html", "e.txt.gz")) {
            SparkFixture.write(input.resolve(name), "");
        }
        SparkFixture.write(input.resolve("a.txt"), String.join("\n\n", documents));
        ParquetFixture.write(input.resolve("p.parquet"), 1 << 20, List.of("a row of a column"));
        assertThat(prepare(SparkFixture.corpus("auto", "paragraph", 0, input))
                        .train()
                        .documents())
                .isEqualTo(41);
    }

    private CorpusJob job() {
        return new CorpusJob(spark, store, said::add, 3000);
    }

    private CorpusManifest prepare(CorpusConfig corpus) throws IOException {
        return job().run(corpus, SparkFixture.bpe(300), SparkFixture.GPT2, out.toString());
    }

    private CorpusConfig sources(String... sources) {
        String yaml = "run: {dir: /x}\ncorpus: {val_fraction: 0.1, shard_bytes: 65536, sources: ["
                + String.join(", ", sources) + "]}";
        return ConfigLoader.load("test", yaml, List.of()).corpus();
    }

    private ObjectNode provenance() throws IOException {
        return ProvenanceFile.load(store, out.toString());
    }

    private List<JsonNode> badRecords() throws IOException {
        List<JsonNode> records = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("bad-records.jsonl"))) {
            records.add(new com.fasterxml.jackson.databind.ObjectMapper().readTree(line));
        }
        return records;
    }

    private static long documentsOf(CorpusSource source) {
        return Stream.of(source.train(), source.val())
                .mapToLong(split -> split.documents())
                .sum();
    }

    private static String json(String text) {
        return "{\"text\": \"" + text.replace("\n", "\\n") + "\"}\n";
    }

    private static String quoted(List<String> texts) {
        StringBuilder rows = new StringBuilder();
        texts.forEach(
                text -> rows.append('"').append(text.replace("\"", "\"\"")).append("\"\n"));
        return rows.toString();
    }
}
