package org.weft.corpus.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.weft.core.config.DeduplicationConfig;
import org.weft.corpus.DocumentKey;
import org.weft.corpus.SparkFixture;
import scala.Tuple2;

/** Near duplicates beside a comparison of all texts with all, word by word. */
class NearDuplicatesTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final DeduplicationConfig CONFIG = DeduplicationConfig.defaults();

    private static final Consumer<String> SILENT = message -> {};
    private static final AtomicInteger READINGS = new AtomicInteger();

    private static JavaSparkContext spark;

    private NearDuplicateSummary summary;
    private final Map<String, Double> jaccards = new HashMap<>();

    @BeforeAll
    static void start() {
        spark = SparkFixture.spark("local[2]");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void findsWhatComparingAllWithAllFinds() {
        List<String> texts = PlantedPairs.texts(1500, 11);
        Map<String, String> found = find(texts, 3);
        int similar = 0;
        int recalled = 0;
        for (Map.Entry<List<Integer>, Double> pair :
                PlantedPairs.similarities(texts).entrySet()) {
            String a = key(texts.get(pair.getKey().get(0)));
            String b = key(texts.get(pair.getKey().get(1)));
            boolean together = found.getOrDefault(a, a).equals(found.getOrDefault(b, b));
            if (pair.getValue() >= 0.8) {
                similar++;
                recalled += together ? 1 : 0;
            } else { // Copies come in pairs here: nothing links two texts but their own similarity.
                assertThat(together)
                        .as("%s of Jaccard %s", pair, pair.getValue())
                        .isFalse();
            }
        }
        assertThat(similar).isGreaterThan(100);
        assertThat(recalled).isGreaterThanOrEqualTo((int) Math.ceil(0.97 * similar));
        assertThat(summary.similar()).isEqualTo(recalled).isEqualTo(summary.dropped());
        assertThat(summary.candidates()).isLessThan(texts.size());
        assertThat(jaccards.values()).allMatch(jaccard -> jaccard >= 0.8);
    }

    @Test
    void whatIsFoundDoesNotDependOnPartitionsOrOrder() {
        List<String> texts = new ArrayList<>(PlantedPairs.texts(400, 5));
        texts.addAll(chain(60));
        Map<String, String> found = find(texts, 1);
        Map<String, Double> similar = new HashMap<>(jaccards);
        assertThat(found).isNotEmpty();
        Collections.shuffle(texts, new Random(2));
        assertThat(find(texts, 7)).isEqualTo(found);
        assertThat(jaccards).isEqualTo(similar);
    }

    @Test
    void aLongChainIsOneClusterOfWhichTheLongestStays() {
        List<String> chain = chain(70);
        Map<String, String> found = find(chain, 2);
        String longest = chain.stream()
                .max((a, b) ->
                        a.length() != b.length() ? Integer.compare(a.length(), b.length()) : key(b).compareTo(key(a)))
                .orElseThrow();
        assertThat(found).hasSize(chain.size() - 1).doesNotContainKey(key(longest));
        assertThat(found.values()).containsOnly(key(longest));
        assertThat(summary.clusters()).isOne();
        assertThat(summary.clusterSizes()[6]).isOne();
        assertThat(summary.rounds()).isBetween(2, 10);
        DeduplicationConfig first = new DeduplicationConfig(
                CONFIG.exact(), CONFIG.near(), 0.8, 5, 128, 0, 0, DeduplicationConfig.Keep.FIRST, 0);
        List<String> few = chain.subList(0, 4);
        String smallest =
                few.stream().map(NearDuplicatesTest::key).min(String::compareTo).orElseThrow();
        assertThat(find(few, 1, first).values()).containsOnly(smallest);
    }

    /** 600 texts of which 60 % is the same, and among them 50 pairs that are nearer. */
    @Test
    void boilerplateTakesTimeInProportionAndHidesNoPair() {
        Random random = new Random(8);
        String boilerplate = words(random, 120);
        List<String> texts = new ArrayList<>();
        for (int t = 0; t < 550; t++) {
            String own = words(random, 40);
            texts.add(boilerplate + " " + own);
            if (t < 50) {
                texts.add(boilerplate + " " + own.substring(0, own.lastIndexOf(' ')) + " changed");
            }
        }
        Map<String, String> found = find(texts, 2);
        assertThat(summary.candidates()).isLessThan(600L * 18 * 4);
        assertThat(found.size()).isGreaterThanOrEqualTo(48);
    }

    @Test
    void textsWithoutUnitsAreNoDuplicates() {
        assertThat(find(List.of("!!!", "???", "…", "One word", "one, WORD!"), 2))
                .hasSize(1);
        assertThat(jaccards.values()).containsOnly(1.0);
        assertThat(find(List.of("alone"), 1)).isEmpty();
        assertThat(summary.clusters()).isZero();
    }

    @Test
    void documentsThatChangeBetweenTwoReadingsAreRefused() {
        READINGS.set(0);
        JavaPairRDD<byte[], byte[]> changing = spark.parallelize(List.of(0), 1).flatMapToPair(ignored -> {
            String end = READINGS.getAndIncrement() == 0 ? " end" : " other end";
            String text = words(new Random(1), 60);
            return PlantedPairs.documents(List.of(text + end, text + end + "ing"))
                    .iterator();
        });
        assertThatThrownBy(() -> NearDuplicates.of(CONFIG).find(changing, SILENT))
                .hasMessageContaining(
                        "documents changed between two readings: candidates for near duplicates expected=2 found=0");
    }

    /** Each text is similar to the one before, and the last has nothing of the first. */
    private static List<String> chain(int count) {
        List<String> words = List.of(words(new Random(4), 100 + 3 * count).split(" "));
        return IntStream.range(0, count)
                .mapToObj(i -> String.join(" ", words.subList(3 * i, 3 * i + 100)))
                .toList();
    }

    private static String words(Random random, int count) {
        StringBuilder words = new StringBuilder();
        for (int w = 0; w < count; w++) {
            words.append(w == 0 ? "" : " ").append("v").append(random.nextInt(100_000));
        }
        return words.toString();
    }

    private static String key(String text) {
        return HEX.formatHex(DocumentKey.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Map<String, String> find(List<String> texts, int partitions) {
        return find(texts, partitions, CONFIG);
    }

    /** Kept keys by dropped ones. */
    private Map<String, String> find(List<String> texts, int partitions, DeduplicationConfig config) {
        List<Tuple2<byte[], byte[]>> documents = PlantedPairs.documents(texts);
        Map<String, String> kept = new TreeMap<>();
        jaccards.clear();
        try (NearDuplicates.Found found =
                NearDuplicates.of(config).find(spark.parallelizePairs(documents, partitions), SILENT)) {
            for (Duplicate duplicate : found.duplicates().collect()) {
                assertThat(kept.put(HEX.formatHex(duplicate.dropped()), HEX.formatHex(duplicate.kept())))
                        .isNull();
                jaccards.put(HEX.formatHex(duplicate.dropped()), duplicate.jaccard());
            }
            summary = found.summary();
        }
        assertThat(summary.dropped()).isEqualTo(kept.size());
        return kept;
    }
}
