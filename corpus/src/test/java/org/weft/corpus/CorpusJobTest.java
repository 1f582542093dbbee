package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenCorpus;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;

/** Text in, the same bytes out, however the work was cut. */
class CorpusJobTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();
    private final List<String> documents = SparkFixture.documents(1500, 42);

    @Test
    void theBytesDoNotDependOnMasterTasksOrFiles() throws IOException {
        Path one = SparkFixture.write(directory.resolve("one/all.txt"), String.join("\n\n", documents));
        TreeMap<String, String> expected;
        try (JavaSparkContext spark = SparkFixture.spark("local[1]")) {
            expected = prepare(spark, SparkFixture.corpus("auto", "paragraph", 0.1, one), "a", 1 << 30);
        }
        assertThat(expected.keySet())
                .contains("manifest.json", "tokenizer.json", "train-00000.tokens", "train-00003.tokens")
                .contains("val-00000.tokens", "val-00003.tokens");
        try (JavaSparkContext spark = SparkFixture.spark("local[4]")) {
            assertThat(prepare(spark, SparkFixture.corpus("auto", "paragraph", 0.1, one), "b", 10_000))
                    .isEqualTo(expected);

            List<String> shuffled = new ArrayList<>(documents);
            Collections.shuffle(shuffled, new Random(3));
            Path several = directory.resolve("several");
            for (int f = 0; f < 5; f++) {
                List<String> part = shuffled.subList(300 * f, 300 * f + 300);
                SparkFixture.write(several.resolve("part" + f + ".txt"), String.join("\n\n", part) + "\n");
            }
            assertThat(prepare(spark, SparkFixture.corpus("auto", "paragraph", 0.1, several), "c", 7_000))
                    .isEqualTo(expected);
        }
    }

    @Test
    void specialTokensThatDocumentsSpellAreCharacters() throws IOException {
        String spelt = "ends with <|endoftext|> and fills [MASK] between [CLS] and [SEP]";
        StringBuilder lines = new StringBuilder("{\"text\": \"half \\ud83d\"}\n");
        for (String text : List.of(spelt, "<|endoftext|>", "[MASK]", "plain")) {
            lines.append("{\"text\": \"").append(text).append("\"}\n");
        }
        Path input = SparkFixture.write(directory.resolve("spelt.jsonl"), lines.toString());
        CorpusConfig corpus = SparkFixture.corpus("auto", "line", 0, input);
        List<String> said = new ArrayList<>();
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            CorpusJob job = new CorpusJob(spark, store, said::add);
            for (ModelConfig model :
                    List.of(SparkFixture.GPT2, Records.with(SparkFixture.GPT2, "architecture", "bert"))) {
                String out = directory.resolve(model.architecture()).toString();
                CorpusManifest manifest = job.run(corpus, SparkFixture.bpe(262), model, out);
                assertThat(specials(out, manifest)).hasSize(5).containsOnly(manifest.endOfText());
                assertThat(manifest.train().documents()).isEqualTo(5);
            }
            String out = directory.resolve("parsed").toString();
            CorpusConfig parsing = Records.with(corpus, "splitSpecialTokens", false);
            CorpusManifest manifest = job.run(parsing, SparkFixture.bpe(262), SparkFixture.GPT2, out);
            assertThat(specials(out, manifest)).hasSize(7);
        }
        assertThat(said).contains("warning: 1 unpaired surrogates in the text became U+FFFD");
    }

    /** Those tokens of a corpus of bytes that are no bytes. */
    private List<Integer> specials(String out, CorpusManifest manifest) throws IOException {
        List<Integer> specials = new ArrayList<>();
        try (TokenCorpus tokens = TokenCorpus.train(store, out, manifest)) {
            int[] all = new int[(int) tokens.tokens()];
            tokens.read(0, all.length - 1, all, 0);
            for (int token : all) {
                if (token >= manifest.endOfText()) {
                    specials.add(token);
                }
            }
        }
        return specials;
    }

    @Test
    void repeatedDocumentsAreKeptOnceAndFallToOneSide() throws IOException {
        ObjectMapper json = new ObjectMapper();
        StringBuilder lines = new StringBuilder();
        for (String document : documents) {
            lines.append(json.writeValueAsString(Map.of("text", document))).append('\n');
        }
        Path input = directory.resolve("input");
        SparkFixture.write(input.resolve("a.jsonl"), lines.toString());
        SparkFixture.write(input.resolve("_ignored.jsonl"), "not read");
        SparkFixture.gzip(input.resolve("b.jsonl.gz"), lines.toString());
        List<String> progress = new ArrayList<>();
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            CorpusManifest manifest = new CorpusJob(spark, store, progress::add, 30_000)
                    .run(
                            SparkFixture.corpus("auto", "paragraph", 0.2, input),
                            SparkFixture.bpe(400),
                            SparkFixture.GPT2,
                            out("d"));
            assertThat(manifest.vocabSize()).isEqualTo(400);
            assertThat(manifest.train().documents() + manifest.val().documents())
                    .isEqualTo(1500);
            assertThat(manifest.val().documents()).isBetween(240L, 360L);
            assertThat(CorpusVerification.run(spark, store, out("d"))).isEqualTo(manifest);

            Set<String> seen = new HashSet<>();
            long textBytes = collect(manifest, seen);
            assertThat(seen).isEqualTo(new HashSet<>(documents));
            assertThat(textBytes)
                    .isEqualTo(manifest.train().textBytes() + manifest.val().textBytes());
        }
        assertThat(progress.get(0)).startsWith("reading 2 files, ");
        assertThat(progress.get(progress.size() - 1)).endsWith(" 1500 repeated documents dropped");
    }

    @Test
    void aGivenTokenizerIsKeptByteForByte() throws IOException {
        Path input = SparkFixture.write(directory.resolve("a.txt"), String.join("\n\n", documents));
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            CorpusJob job = new CorpusJob(spark, store, SparkFixture.SILENT);
            CorpusConfig corpus = SparkFixture.corpus("text", "paragraph", 0, input);
            CorpusManifest gpt2 = job.run(
                    corpus, new TokenizerConfig(TokenizerConfig.Kind.GPT2, 0, ""), SparkFixture.GPT2, out("gpt2"));
            assertThat(gpt2.vocabSize()).isEqualTo(50257);
            assertThat(gpt2.val().shards()).isEmpty();
            CorpusManifest file = job.run(
                    corpus,
                    new TokenizerConfig(TokenizerConfig.Kind.FILE, 0, out("gpt2") + "/tokenizer.json"),
                    SparkFixture.GPT2,
                    out("file"));
            assertThat(file).isEqualTo(gpt2);
        }
    }

    @Test
    void documentsBeginAndEndAsTheFilesBesideTheirTokenizerSay() throws IOException {
        Path input = SparkFixture.write(directory.resolve("few.txt"), String.join("\n\n", documents.subList(0, 20)));
        try (JavaSparkContext spark = SparkFixture.spark("local[1]")) {
            CorpusConfig corpus = SparkFixture.corpus("text", "paragraph", 0, input);
            CorpusJob job = new CorpusJob(spark, store, SparkFixture.SILENT);
            CorpusManifest plain = job.run(corpus, SparkFixture.bpe(257), SparkFixture.GPT2, out("plain"));
            Path model = Files.createDirectories(directory.resolve("model"));
            Files.copy(Path.of(out("plain"), "tokenizer.json"), model.resolve("tokenizer.json"));
            Files.writeString(
                    model.resolve("tokenizer_config.json"),
                    "{\"bos_token\": \"A\", \"eos_token\": {\"content\": \"B\"}, \"add_bos_token\": true}");
            Files.writeString(model.resolve("config.json"), "{\"eos_token_id\": [3, 4]}");
            Path tools = Path.of("additional_chat_templates", "tool_use.jinja");
            Files.createDirectory(model.resolve(tools.getParent()));
            Files.writeString(model.resolve(tools), "{{ tools }}");
            TokenizerConfig file = new TokenizerConfig(TokenizerConfig.Kind.FILE, 0, model + "/tokenizer.json");
            CorpusManifest framed = job.run(corpus, file, SparkFixture.GPT2, out("framed"));

            assertThat(Path.of(out("framed")).resolve(tools)).hasContent("{{ tools }}");
            TokenizerFile kept = framed.openTokenizer(store, out("framed"));
            int[] tokens = new int[(int) framed.train().tokens()];
            try (TextTokenizer tokenizer = TextTokenizer.of(kept);
                    TokenCorpus train = TokenCorpus.train(store, out("framed"), framed)) {
                train.read(0, tokens.length - 1, tokens, 0);
                assertThat(tokens[0]).isEqualTo(tokenizer.encode("A")[0]);
                assertThat(tokens[tokens.length - 1])
                        .isEqualTo(tokenizer.encode("B")[0])
                        .isEqualTo(framed.endOfText());
                assertThat(tokenizer.tokens().ends().stream()).contains(3, 4, framed.endOfText());
            }
            assertThat(framed.train().tokens()).isEqualTo(plain.train().tokens() + 20);
            CorpusManifest again = job.run(corpus, SparkFixture.bpe(257), SparkFixture.GPT2, out("framed"));
            assertThat(again).isEqualTo(plain);
            assertThat(Path.of(out("framed")).resolve(tools.getParent())).doesNotExist();
            assertThat(SparkFixture.contents(Path.of(out("framed"))).keySet())
                    .doesNotContain("tokenizer_config.json", "generation_config.json");
        }
    }

    @Test
    void replacesAnOlderCorpusWhole() throws IOException {
        Path large = SparkFixture.write(directory.resolve("large.txt"), String.join("\n\n", documents));
        Path small = SparkFixture.write(directory.resolve("small.txt"), String.join("\n\n", documents.subList(0, 50)));
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            prepare(spark, SparkFixture.corpus("auto", "paragraph", 0.1, large), "e", 1 << 30);
            TreeMap<String, String> replaced =
                    prepare(spark, SparkFixture.corpus("auto", "paragraph", 0, small), "e", 1 << 30);
            assertThat(replaced.keySet())
                    .containsExactly("manifest.json", "statistics.json", "tokenizer.json", "train-00000.tokens");
            CorpusVerification.run(spark, store, out("e"));
        }
    }

    private TreeMap<String, String> prepare(JavaSparkContext spark, CorpusConfig corpus, String name, long splitBytes)
            throws IOException {
        new CorpusJob(spark, store, SparkFixture.SILENT, splitBytes)
                .run(corpus, SparkFixture.bpe(400), SparkFixture.GPT2, out(name));
        TreeMap<String, String> contents = SparkFixture.contents(Path.of(out(name)));
        assertThat(contents.remove(CorpusStaging.PROVENANCE)).isNotNull(); // it has the names of files
        return contents;
    }

    /** Decodes all documents; returns their bytes. */
    private long collect(CorpusManifest manifest, Set<String> into) throws IOException {
        long bytes = 0;
        try (TextTokenizer tokenizer = TextTokenizer.of(manifest.loadTokenizer(store, out("d")), "d");
                TokenCorpus train = TokenCorpus.train(store, out("d"), manifest);
                TokenCorpus val = TokenCorpus.val(store, out("d"), manifest)) {
            for (TokenCorpus corpus : List.of(train, val)) {
                int[] tokens = new int[(int) corpus.tokens()];
                corpus.read(0, tokens.length - 1, tokens, 0);
                for (String document : tokenizer.decode(tokens).split("<\\|endoftext\\|>")) {
                    assertThat(into.add(document)).isTrue();
                    bytes += document.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
                }
            }
        }
        return bytes;
    }

    private String out(String name) {
        return directory.resolve("out-" + name).toString();
    }
}
