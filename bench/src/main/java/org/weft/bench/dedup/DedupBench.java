package org.weft.bench.dedup;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Records;
import org.weft.core.config.DeduplicationConfig;
import org.weft.corpus.DocumentKey;
import org.weft.corpus.dedup.Duplicate;
import org.weft.corpus.dedup.NearDuplicates;
import scala.Tuple2;

/**
 * Near duplicates, measured.
 *
 * <pre>
 *   plant  COUNT SEED DIRECTORY TEXT…   documents with planted copies: documents.txt (one a line), documents.jsonl (id, text)
 *   weft   MASTER PARTITIONS DIRECTORY  finds them: weft.tsv (document, cluster), time, the table of stages
 *   score  DIRECTORY NAME…              NAME.tsv beside brute force
 *   grow   MB SEED FILE TEXT…           a large text of documents, one a line, a fifth of them edited copies
 *   large  MASTER PARTITIONS FILE       time, stages and memory of finding near duplicates there
 * </pre>
 */
public final class DedupBench {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HexFormat HEX = HexFormat.of();
    private static final int MEGABYTE = 1_000_000;

    private DedupBench() {}

    public static void main(String[] args) throws IOException {
        List<String> rest = List.of(args);
        switch (args[0]) {
            case "plant" -> plant(Integer.parseInt(args[1]), Long.parseLong(args[2]), Path.of(args[3]), paths(rest, 4));
            case "weft" -> weft(args[1], Integer.parseInt(args[2]), Path.of(args[3]));
            case "score" -> score(Path.of(args[1]), rest.subList(2, args.length));
            case "grow" -> grow(Long.parseLong(args[1]), Long.parseLong(args[2]), Path.of(args[3]), paths(rest, 4));
            case "large" -> large(args[1], Integer.parseInt(args[2]), Path.of(args[3]));
            default -> throw new IllegalArgumentException("no such mode: " + args[0]);
        }
    }

    private static List<Path> paths(List<String> args, int from) {
        return args.subList(from, args.size()).stream().map(Path::of).toList();
    }

    private static void plant(int count, long seed, Path directory, List<Path> sources) throws IOException {
        List<String> texts = new PlantedCorpus(seed).texts(sources, count);
        Files.createDirectories(directory);
        Files.write(directory.resolve("documents.txt"), texts);
        try (BufferedWriter out = Files.newBufferedWriter(directory.resolve("documents.jsonl"))) {
            for (int d = 0; d < texts.size(); d++) {
                out.write(JSON.writeValueAsString(
                        JSON.createObjectNode().put("id", d).put("text", texts.get(d))));
                out.write('\n');
            }
        }
        long bytes = texts.stream().mapToLong(String::length).sum();
        System.out.printf(Locale.ROOT, "%d documents, %.1f MB%n", texts.size(), bytes / (double) MEGABYTE);
    }

    private static void weft(String master, int partitions, Path directory) throws IOException {
        Path file = directory.resolve("documents.txt");
        Map<String, Integer> places = new HashMap<>();
        List<String> texts = Files.readAllLines(file);
        for (int d = 0; d < texts.size(); d++) {
            places.put(key(texts.get(d)), d);
        }
        StageTable stages = new StageTable();
        try (JavaSparkContext spark = spark(master, stages)) {
            List<Duplicate> found = find(spark, documents(spark, partitions, file));
            List<String> lines = new ArrayList<>();
            for (Duplicate duplicate : found) {
                int kept = places.get(HEX.formatHex(duplicate.kept()));
                lines.add(places.get(HEX.formatHex(duplicate.dropped())) + "\t" + kept);
                lines.add(kept + "\t" + kept);
            }
            Files.write(
                    directory.resolve("weft.tsv"),
                    lines.stream().sorted().distinct().toList());
        }
        stages.print(); // Spark has told all of it when it is stopped.
    }

    private static void large(String master, int partitions, Path file) {
        StageTable stages = new StageTable();
        try (JavaSparkContext spark = spark(master, stages)) {
            find(spark, documents(spark, partitions, file));
        }
        stages.print();
    }

    private static List<Duplicate> find(JavaSparkContext spark, JavaPairRDD<byte[], byte[]> documents) {
        DeduplicationConfig config =
                Records.with(DeduplicationConfig.defaults(), "near", DeduplicationConfig.Near.MINHASH);
        long begin = System.nanoTime();
        List<Duplicate> duplicates;
        try (NearDuplicates.Found found = NearDuplicates.of(config).find(documents, System.out::println)) {
            duplicates = found.duplicates().collect();
            System.out.printf(
                    Locale.ROOT,
                    "weft: %.2f s, %d dropped, %d candidates, %d similar, %d rounds%n",
                    (System.nanoTime() - begin) / 1e9,
                    duplicates.size(),
                    found.summary().candidates(),
                    found.summary().similar(),
                    found.summary().rounds());
        }
        return duplicates;
    }

    private static JavaSparkContext spark(String master, StageTable stages) {
        JavaSparkContext spark = new JavaSparkContext(new SparkConf()
                .setMaster(master)
                .setAppName("dedup-bench")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
        spark.sc().addSparkListener(stages);
        return spark;
    }

    private static JavaPairRDD<byte[], byte[]> documents(JavaSparkContext spark, int partitions, Path file) {
        return spark.textFile(file.toUri().toString(), partitions).mapToPair(line -> {
            byte[] text = line.getBytes(StandardCharsets.UTF_8);
            return new Tuple2<>(DocumentKey.of(text), text);
        });
    }

    private static String key(String text) {
        return HEX.formatHex(DocumentKey.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void score(Path directory, List<String> names) throws IOException {
        List<String> texts = Files.readAllLines(directory.resolve("documents.txt"));
        Map<Long, Double> similarities = PlantedCorpus.similarities(texts, 0.3);
        for (String name : names) {
            PairScores.print(name, similarities, PairScores.clusters(directory.resolve(name + ".tsv"), texts.size()));
        }
    }

    /** Words of the sources in runs of up to twenty, so that there is boilerplate as there is in the world. */
    private static void grow(long megabytes, long seed, Path file, List<Path> sources) throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path source : sources) {
            all.append(Files.readString(source)).append(' ');
        }
        String[] words = Stream.of(all.toString().split("[^A-Za-z,.;]+"))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
        Random random = new Random(seed);
        long written = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            while (written < megabytes * MEGABYTE) {
                String text = text(words, random);
                written += text.length() + 1;
                out.write(text);
                out.write('\n');
                if (random.nextInt(4) == 0) {
                    int at = text.indexOf(' ', text.length() / 2);
                    String copy = text.substring(0, at) + " " + words[random.nextInt(words.length)] + text.substring(at)
                            + " " + random.nextInt();
                    written += copy.length() + 1;
                    out.write(copy);
                    out.write('\n');
                }
            }
        }
    }

    private static String text(String[] words, Random random) {
        StringBuilder text = new StringBuilder();
        int count = 50 + random.nextInt(900);
        for (int w = 0; w < count; ) {
            int run = 1 + random.nextInt(20);
            int from = random.nextInt(words.length - run);
            for (int i = 0; i < run; i++, w++) {
                text.append(words[from + i]).append(' ');
            }
        }
        return text.append(random.nextInt()).toString();
    }
}
