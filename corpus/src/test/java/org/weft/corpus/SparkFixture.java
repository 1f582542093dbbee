package org.weft.corpus;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Records;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** What the corpus tests share: a small Spark, configurations, generated text. */
public final class SparkFixture {
    static final Consumer<String> SILENT = message -> {};

    /** What the corpora are for. */
    public static final ModelConfig GPT2 = ModelConfig.gpt2(1, 8, 1, 8, 0);

    private static final String[] WORDS =
            "the a ship sailed sea wind never always 12 7 don't it's café naïve 北京 東京 🙂 and or from under light"
                    .split(" ");

    private SparkFixture() {}

    public static JavaSparkContext spark(String master) {
        return new JavaSparkContext(new SparkConf()
                .setMaster(master)
                .setAppName("corpus-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
    }

    public static Store store() {
        return HadoopStore.local();
    }

    public static CorpusConfig corpus(String format, String sampleBy, double valFraction, Path... input) {
        List<String> paths = Stream.of(input).map(Path::toString).toList();
        CorpusConfig.Format read = CorpusConfig.Format.valueOf(format.toUpperCase(Locale.ROOT));
        CorpusConfig.SampleBy cut = CorpusConfig.SampleBy.valueOf(sampleBy.toUpperCase(Locale.ROOT));
        CorpusConfig corpus = Records.with(WeftConfig.defaults().corpus().reading(paths), "format", read);
        corpus = Records.with(Records.with(corpus, "sampleBy", cut), "valFraction", valFraction);
        return Records.with(corpus, "shardBytes", 1L << 16);
    }

    static TokenizerConfig bpe(int vocabSize) {
        return new TokenizerConfig(TokenizerConfig.Kind.BPE, vocabSize, "");
    }

    /** Documents of a few sentences, some of them in two lines. */
    public static List<String> documents(int count, long seed) {
        Random random = new Random(seed);
        List<String> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            StringBuilder text = new StringBuilder("Document " + d + ":");
            int words = 5 + random.nextInt(40);
            for (int w = 0; w < words; w++) {
                text.append(w % 17 == 16 ? '\n' : ' ').append(WORDS[random.nextInt(WORDS.length)]);
            }
            documents.add(text.append('.').toString());
        }
        return documents;
    }

    public static Path write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    public static Path gzip(Path file, String content) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    /** Contents of a directory's files, but for Hadoop's local checksums, by name. */
    static TreeMap<String, String> contents(Path directory) throws IOException {
        TreeMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> !f.toString().endsWith(".crc")).toList()) {
                contents.put(
                        file.getFileName().toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
