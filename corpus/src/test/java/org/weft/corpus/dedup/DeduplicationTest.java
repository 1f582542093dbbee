package org.weft.corpus.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.DecontaminationConfig;
import org.weft.core.config.DeduplicationConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.corpus.DocumentKey;
import org.weft.corpus.SparkFixture;
import scala.Tuple2;

/** What of a corpus is dropped, and what stays. */
class DeduplicationTest {
    private static final String QUESTION = "which planet of the sun has the largest moon and how far away is it";

    private static JavaSparkContext spark;

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();
    private String facts;

    @BeforeAll
    static void start() {
        spark = SparkFixture.spark("local[2]");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void dropsNothingThatIsNotAskedFor() throws IOException {
        CorpusConfig corpus = WeftConfig.defaults().corpus();
        assertThat(Deduplication.wanted(corpus)).isFalse();
        assertThat(kept(corpus, List.of("a b", "A b", "a b"))).containsExactlyInAnyOrder("a b", "A b", "a b");
        assertThat(facts).isEqualTo("{}");
    }

    @Test
    void textsThatDifferInCaseAndPunctuationAloneAreOne() throws IOException {
        CorpusConfig corpus = deduplicating("exact", DeduplicationConfig.Exact.NORMALIZED);
        List<String> texts =
                List.of("Now is the time", "now, is the TIME!!", "Now is the time", "now is a time", "?", "!");
        assertThat(kept(corpus, texts)).containsExactlyInAnyOrder("now, is the TIME!!", "now is a time", "?", "!");
        assertThat(facts).isEqualTo("{\"normalized_duplicates\":1}");
        CorpusConfig first = Records.with(
                corpus, "deduplicate", Records.with(corpus.deduplicate(), "keep", DeduplicationConfig.Keep.FIRST));
        assertThat(kept(first, texts)).hasSize(5).contains("Now is the time");
    }

    @Test
    void linesThatTooManyDocumentsHaveAreTakenOut() throws IOException {
        CorpusConfig corpus = deduplicating("repeatedLines", 2);
        String boilerplate = "Subscribe to our newsletter, it is free!";
        String shared = "A line that stands in two documents.";
        List<String> texts = List.of(
                "First.\n" + boilerplate + "\n" + shared + "\nYes, yes.",
                "Second.\r\nsubscribe to OUR newsletter: it is free\r\n" + shared + "\nYes, yes.",
                "Third.\nYes, yes.\n" + boilerplate,
                boilerplate,
                "Own line that is here twice.\nOwn line that is here twice.\nOwn line that is here twice.");
        assertThat(kept(corpus, texts))
                .containsExactlyInAnyOrder(
                        "First.\n" + shared + "\nYes, yes.",
                        "Second.\r\n" + shared + "\nYes, yes.",
                        "Third.\nYes, yes.",
                        texts.get(4));
        assertThat(facts).isEqualTo("{\"repeated_lines_removed\":4}");
        assertThat(kept(deduplicating("repeatedLines", 4), texts)).containsExactlyInAnyOrderElementsOf(texts);
        List<String> doubled = new ArrayList<>(texts);
        doubled.add(texts.get(2));
        assertThat(kept(corpus, doubled))
                .filteredOn("Third.\nYes, yes."::equals)
                .hasSize(2);
    }

    @Test
    void nearDuplicatesLeaveTheLongestInItsPlace() throws IOException {
        CorpusConfig corpus = deduplicating("near", DeduplicationConfig.Near.MINHASH);
        StringBuilder words = new StringBuilder();
        new Random(1)
                .ints(80, 0, 10_000)
                .forEach(word -> words.append("w").append(word).append(' '));
        List<String> texts = List.of(words + "end", words + "ending", words + "end", "something else");
        assertThat(kept(corpus, texts)).containsExactlyInAnyOrder(words + "ending", "something else");
        assertThat(facts).contains("\"candidates\":1,\"similar\":1,\"clusters\":1,\"dropped\":1");
        assertThat(said).anyMatch(line -> line.contains("18 bands of 7 rows find 98.6 % of pairs of similarity 0.8"));
    }

    @Test
    void documentsThatShareWordsWithAnEvaluationAreListedAndDropped() throws IOException {
        Path evaluation = Files.writeString(
                directory.resolve("quiz.jsonl"),
                "{\"question\": \"short\", \"choices\": [{\"text\": \"" + QUESTION + "\"}]}\n\n"
                        + "{\"question\": \"白日依山尽黄河入海流欲穷千里目更上一层楼\"}\n"
                        + "{\"question\": \"only eight words are in this one question\"}\n");
        CorpusConfig corpus = Records.with(
                WeftConfig.defaults().corpus(),
                "decontaminate",
                Records.with(DecontaminationConfig.defaults(), "against", List.of(evaluation.toString())));
        String leaked = "He asked: WHICH planet, of the sun, has the largest moon and how far away?";
        String poem = "唐诗:黄河入海流,欲穷千里目,更上一层楼。";
        String whole = "And only eight words are in this one question, too.";
        List<String> clean = List.of(
                "which planet of the sun has the largest moon", "short", "eight words are in this one question");
        List<String> texts = new ArrayList<>(clean);
        Collections.addAll(texts, leaked, poem, whole);
        assertThat(kept(corpus, texts)).containsExactlyInAnyOrderElementsOf(clean);
        assertThat(facts).isEqualTo("{\"contaminated_documents\":3}");
        assertThat(Files.readString(directory.resolve(Deduplication.CONTAMINATED_FILE))
                        .lines())
                .hasSize(3)
                .isSorted()
                .contains(line(leaked, evaluation, 1), line(poem, evaluation, 3), line(whole, evaluation, 4));
        assertThat(said).contains("decontaminating: 3 documents share words with an evaluation and are dropped");
    }

    @Test
    void evaluationsThatCannotBeReadAreNamed() throws IOException {
        CorpusConfig corpus = WeftConfig.defaults().corpus();
        DecontaminationConfig nowhere =
                Records.with(DecontaminationConfig.defaults(), "against", List.of(directory + "/none.jsonl"));
        assertThatThrownBy(() -> kept(Records.with(corpus, "decontaminate", nowhere), List.of("a")))
                .hasMessage("corpus.decontaminate.against: no such file: " + directory + "/none.jsonl");
        Path broken = Files.writeString(directory.resolve("broken.json"), "{}\n{\"a\": ");
        DecontaminationConfig damaged =
                Records.with(DecontaminationConfig.defaults(), "against", List.of(broken.toString()));
        assertThatThrownBy(() -> kept(Records.with(corpus, "decontaminate", damaged), List.of("a")))
                .hasMessageContaining("broken JSON: file=")
                .hasMessageContaining("broken.json line=2: ");
    }

    private static CorpusConfig deduplicating(String key, Object value) {
        return Records.with(
                WeftConfig.defaults().corpus(),
                "deduplicate",
                Records.with(DeduplicationConfig.defaults(), key, value));
    }

    private static String line(String text, Path evaluation, int row) {
        String key = HexFormat.of().formatHex(DocumentKey.of(text.getBytes(StandardCharsets.UTF_8)));
        return "{\"document\":\"" + key + "\",\"evaluation\":\"file:" + evaluation + "\",\"row\":" + row + "}";
    }

    private List<String> kept(CorpusConfig corpus, List<String> texts) throws IOException {
        JavaPairRDD<byte[], byte[]> sorted = spark.parallelizePairs(PlantedPairs.documents(texts), 2)
                .repartitionAndSortWithinPartitions(new DocumentKey.Shards(3), DocumentKey.ORDER);
        HadoopStore store = HadoopStore.local();
        try (Deduplication run = Deduplication.run(
                corpus,
                Evaluations.read(store, corpus.decontaminate()),
                sorted,
                DeduplicationTest::once,
                (name, bytes) -> store.write(directory + "/" + name, bytes),
                said::add)) {
            facts = run.facts().toString();
            return run.kept()
                    .map(document -> new String(document._2(), StandardCharsets.UTF_8))
                    .collect();
        }
    }

    private static Iterator<Tuple2<byte[], byte[]>> once(Iterator<Tuple2<byte[], byte[]>> sorted) {
        List<Tuple2<byte[], byte[]>> distinct = new ArrayList<>();
        sorted.forEachRemaining(document -> {
            int last = distinct.size() - 1;
            if (last < 0 || !Arrays.equals(distinct.get(last)._1(), document._1())) {
                distinct.add(document);
            }
        });
        return distinct.iterator();
    }
}
