package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.DecontaminationConfig;
import org.weft.core.config.DeduplicationConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.dedup.Deduplication;
import org.weft.corpus.report.CorpusPage;

/** A corpus without what was dropped is the corpus of what is left, byte for byte. */
class CorpusDeduplicationTest {
    private static final String QUESTION =
            "Of these four ships which one was the first that sailed around the cape alone?";

    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();
    private final List<String> said = new ArrayList<>();

    @Test
    void whatIsDroppedLeavesNoTrace() throws IOException {
        List<String> left = SparkFixture.documents(120, 7);
        List<String> all = new ArrayList<>(left);
        for (String document : left.subList(0, 40)) {
            if (document.split("\\s+").length > 25) {
                all.add(document.substring(0, document.lastIndexOf(' '))); // A word is cut off: the longer one stays.
            }
        }
        int near = all.size() - left.size();
        all.add("We ask: " + QUESTION);
        Path evaluation = SparkFixture.write(directory.resolve("quiz.txt"), QUESTION + "\n");
        CorpusConfig corpus = SparkFixture.corpus("auto", "paragraph", 0.1, input("all", all));
        corpus = Records.with(
                corpus,
                "deduplicate",
                Records.with(
                        Records.with(DeduplicationConfig.defaults(), "near", DeduplicationConfig.Near.MINHASH),
                        "exact",
                        DeduplicationConfig.Exact.NORMALIZED));
        corpus = Records.with(
                corpus,
                "decontaminate",
                Records.with(DecontaminationConfig.defaults(), "against", List.of(evaluation.toString())));
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            TreeMap<String, String> deduplicated = prepare(spark, corpus, "deduplicated");
            assertThat(said).anyMatch(line -> line.startsWith("1 documents differ from another in case, spaces"));
            assertThat(said)
                    .anyMatch(line -> line.contains((near - 1) + " clusters, " + (near - 1) + " documents dropped"));
            assertThat(deduplicated.remove(Deduplication.CONTAMINATED_FILE)).contains("\"row\":1}");
            CorpusConfig plain = SparkFixture.corpus("auto", "paragraph", 0.1, input("left", left));
            assertThat(tokens(deduplicated)).isEqualTo(tokens(prepare(spark, plain, "plain")));
            prepare(spark, plain, "deduplicated");
            assertThat(Files.exists(directory.resolve("deduplicated/" + Deduplication.CONTAMINATED_FILE)))
                    .as("an older corpus's list")
                    .isFalse();
        }
    }

    private Path input(String name, List<String> documents) throws IOException {
        return SparkFixture.write(directory.resolve(name + ".txt"), String.join("\n\n", documents));
    }

    private TreeMap<String, String> prepare(JavaSparkContext spark, CorpusConfig corpus, String name)
            throws IOException {
        new CorpusJob(spark, store, said::add)
                .run(
                        corpus,
                        SparkFixture.bpe(300),
                        SparkFixture.GPT2,
                        directory.resolve(name).toString());
        return SparkFixture.contents(directory.resolve(name));
    }

    private static TreeMap<String, String> tokens(TreeMap<String, String> files) {
        TreeMap<String, String> tokens = new TreeMap<>(files);
        tokens.keySet().removeIf(name -> !name.endsWith(".tokens") && !name.equals("tokenizer.json"));
        return tokens;
    }

    @Test
    void whatRepeatedLinesLeaveEmptyIsCountedBySourceAndShown() throws IOException {
        String boilerplate = "Subscribe to our newsletter, it is free!";
        List<String> pages = new ArrayList<>(List.of(boilerplate, boilerplate, boilerplate + "\n" + boilerplate));
        for (int page = 0; page < 30; page++) {
            pages.add("Page " + page + " has a story of its own to tell.\n" + boilerplate);
        }
        List<String> books = new ArrayList<>(List.of(boilerplate + "\n" + boilerplate + "\n" + boilerplate));
        for (int book = 0; book < 20; book++) {
            books.add("Book " + book);
        }
        String yaml = """
                run: {dir: /x}
                corpus:
                  sample_by: paragraph
                  val_fraction: 0.1
                  shard_bytes: 65536
                  deduplicate: {repeated_lines: 5}
                  sources: [{name: web, input: ["%s"]}, {name: books, input: ["%s"]}]
                """.formatted(input("web", pages), input("books", books));
        CorpusConfig corpus = ConfigLoader.load("test", yaml, List.of()).corpus();
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            prepare(spark, corpus, "emptied");
        }
        assertThat(said).contains("3 documents dropped, of which repeated lines were all");
        String prepared = directory.resolve("emptied").toString();
        JsonNode sources = ProvenanceFile.load(store, prepared).path("sources");
        assertThat(sources.findValuesAsText("emptied_documents")).containsExactly("2", "1");
        assertThat(CorpusPage.of(store, prepared))
                .contains(row("read", 54), row("left", 54), row("equal to another", -1))
                .contains(row("left empty without repeated lines", -3))
                .doesNotContain("copies of those");
    }

    private static String row(String stage, int documents) {
        return "<tr><td class=\"name\">" + stage + "</td>\n<td>" + documents + "</td>";
    }
}
