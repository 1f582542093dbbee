package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;

/** Bad input: one clear error, the right exit status, and the corpus that stood there untouched. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorpusJobErrorsTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();
    private JavaSparkContext spark;
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
    void freshOutput() throws IOException {
        out = Files.createTempDirectory(directory, "out").resolve("corpus");
    }

    @Test
    void rejectsMissingInput() {
        assertFails(
                corpus(directory.resolve("nowhere")),
                SparkFixture.bpe(300),
                ExitStatus.USAGE,
                "corpus.input: no such file or directory: " + directory.resolve("nowhere"));
        CorpusConfig none = SparkFixture.corpus("auto", "paragraph", 0);
        assertFails(none, SparkFixture.bpe(300), ExitStatus.USAGE, "corpus.input is not set");
    }

    @Test
    void rejectsEmptyCorpus() throws IOException {
        Path blank = SparkFixture.write(directory.resolve("blank.txt"), " \n\n\t\n");
        assertFails(
                corpus(blank),
                SparkFixture.bpe(300),
                ExitStatus.INVALID_DATA,
                "empty corpus: no document in corpus.input=[" + blank + "]");
        Path empty = SparkFixture.write(directory.resolve("empty/empty.txt"), "");
        assertFails(
                corpus(empty.getParent()), SparkFixture.bpe(300), ExitStatus.INVALID_DATA, "empty corpus: no document");
        Path few = SparkFixture.write(directory.resolve("few.txt"), "one\n\ntwo\n");
        assertFails(
                SparkFixture.corpus("auto", "paragraph", 0.999999, few),
                SparkFixture.bpe(300),
                ExitStatus.INVALID_DATA,
                "empty corpus: all 2 documents fell to validation");
    }

    @Test
    void namesFileAndLineOfBrokenInput() throws IOException {
        Path json = SparkFixture.write(directory.resolve("a.jsonl"), "{\"text\": \"x\"}\n{\"text\": \n");
        assertFails(
                corpus(json),
                SparkFixture.bpe(300),
                ExitStatus.INVALID_DATA,
                "broken JSON: file=file:" + json + " line=2: ");
        Path latin = directory.resolve("latin.txt");
        Files.write(latin, "one\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertFails(
                corpus(latin),
                SparkFixture.bpe(300),
                ExitStatus.INVALID_DATA,
                "input is not UTF-8: file=file:" + latin + " line=2 byte=7");
    }

    @Test
    void rejectsTokenizerFilesThatAreMissingOrNone() throws IOException {
        Path text = SparkFixture.write(directory.resolve("t.txt"), "text\n");
        Path other = SparkFixture.write(directory.resolve("other.json"), "{\"a\": 1}");
        assertFails(
                corpus(text),
                new TokenizerConfig(TokenizerConfig.Kind.FILE, 0, directory + "/absent.json"),
                ExitStatus.USAGE,
                "tokenizer.file: no such file: " + directory + "/absent.json");
        assertFails(
                corpus(text),
                new TokenizerConfig(TokenizerConfig.Kind.FILE, 0, other.toString()),
                ExitStatus.INVALID_DATA,
                "tokenizer has no vocabulary: " + other);
    }

    @Test
    void aFailureLeavesTheOldCorpusAsItWas() throws IOException {
        Path good =
                SparkFixture.write(directory.resolve("good.txt"), String.join("\n\n", SparkFixture.documents(50, 1)));
        job().run(corpus(good), SparkFixture.bpe(300), SparkFixture.GPT2, out.toString());
        var before = SparkFixture.contents(out);
        Path bad = SparkFixture.write(directory.resolve("bad.jsonl"), "{}\n");
        assertRejected(
                () -> job().run(corpus(bad), SparkFixture.bpe(300), SparkFixture.GPT2, out.toString()),
                ExitStatus.INVALID_DATA,
                "no text field \"text\"");
        assertThat(SparkFixture.contents(out)).isEqualTo(before);
    }

    @Test
    void verificationNamesAllBadShards() throws IOException {
        Path good =
                SparkFixture.write(directory.resolve("good.txt"), String.join("\n\n", SparkFixture.documents(1500, 1)));
        job().run(corpus(good), SparkFixture.bpe(300), SparkFixture.GPT2, out.toString());
        damage("train-00000.tokens", bytes -> bytes[100] ^= 1);
        Files.delete(out.resolve("train-00001.tokens"));
        assertRejected(
                () -> CorpusVerification.run(spark, store, out.toString()),
                ExitStatus.INVALID_DATA,
                "corpus damaged: " + out + ": 2 of 4 token shards\n" + "  - token shard damaged: file=" + out
                        + "/train-00000.tokens crc32c expected=");
        assertRejected(
                () -> CorpusVerification.run(spark, store, out.toString()),
                ExitStatus.INVALID_DATA,
                "  - token shard missing: file=" + out + "/train-00001.tokens");
    }

    @Test
    void verificationFindsAShardOfAnotherCorpus() throws IOException {
        Path mine = SparkFixture.write(directory.resolve("mine.txt"), "abcd");
        Path other = SparkFixture.write(directory.resolve("other.txt"), "abce");
        Path elsewhere = out.resolveSibling("elsewhere");
        job().run(corpus(mine), SparkFixture.bpe(257), SparkFixture.GPT2, out.toString());
        job().run(
                        corpus(other),
                        new TokenizerConfig(
                                TokenizerConfig.Kind.FILE,
                                0,
                                out.resolve("tokenizer.json").toString()),
                        SparkFixture.GPT2,
                        elsewhere.toString());
        // The same tokenizer, the same counts, a right checksum: only the manifest knows.
        Files.deleteIfExists(out.resolve(".train-00000.tokens.crc"));
        Files.write(out.resolve("train-00000.tokens"), Files.readAllBytes(elsewhere.resolve("train-00000.tokens")));
        assertRejected(
                () -> CorpusVerification.run(spark, store, out.toString()),
                ExitStatus.INVALID_DATA,
                "token shard is not the manifest's: file=" + out + "/train-00000.tokens crc32c expected=");
    }

    @Test
    void whatSaysNothingOfTheFilesIsAMistakeButInARecord() throws IOException {
        Path text = SparkFixture.write(directory.resolve("plain.txt"), "some text\n\nand more text\n");
        CorpusConfig unheeded = Records.with(corpus(text), "textField", "body");
        assertFails(
                unheeded,
                SparkFixture.bpe(300),
                ExitStatus.USAGE,
                "corpus.text_field has no effect on any file of corpus.input: all are text");
        assertThat(job().repeat(unheeded, SparkFixture.bpe(300), SparkFixture.GPT2, out.toString())
                        .train()
                        .shards())
                .isNotEmpty();
    }

    /** What pre-training would refuse once all is prepared. */
    @Test
    void aTokenizerThatNoSpansStandInIsRefusedBeforeAnythingIsRead() throws IOException {
        Path text = SparkFixture.write(directory.resolve("spans.txt"), "some text\n");
        assertSpansFail(
                text, "tokenizer.kind=gpt2", ExitStatus.USAGE, "tokenizer.kind=gpt2 has no tokens <extra_id_0>");
        String few = tokenizer("few.json", Map.of("<pad>", 0, "</s>", 1, "<extra_id_0>", 2));
        assertSpansFail(
                text,
                "tokenizer.file=" + few,
                ExitStatus.INVALID_DATA,
                few + " has 1 tokens <extra_id_0> and so on, which stand for spans that are cut out: a sequence has 3");
        String shifted = tokenizer(
                "shifted.json",
                Map.of(
                        "a",
                        0,
                        "<pad>",
                        6,
                        "</s>",
                        1,
                        "<extra_id_0>",
                        2,
                        "<extra_id_1>",
                        3,
                        "<extra_id_2>",
                        4,
                        "<extra_id_3>",
                        5));
        assertSpansFail(
                text,
                "tokenizer.file=" + shifted,
                ExitStatus.INVALID_DATA,
                "the padding token of " + shifted + " has id 6: this family's decoder begins with its padding token");
    }

    private String tokenizer(String name, Map<String, Integer> vocabulary) throws IOException {
        ObjectNode json = Json.MAPPER.createObjectNode();
        vocabulary.forEach(json.putObject("model")
                .put("type", "WordLevel")
                .put("unk_token", "</s>")
                .putObject("vocab")::put);
        return SparkFixture.write(directory.resolve(name), json.toString()).toString();
    }

    private void assertSpansFail(Path text, String setting, ExitStatus status, String message) {
        String kind = setting.startsWith("tokenizer.file") ? "tokenizer.kind=file" : setting;
        WeftConfig config = ConfigLoader.load(
                "test",
                "model: {architecture: t5, context: 64}",
                List.of(
                        "run.dir=" + directory,
                        "corpus.input=[" + text + "]",
                        kind,
                        "tokenizer.vocab_size=0",
                        setting));
        assertRejected(() -> job().run(config, out.toString()), status, message);
        assertThat(out).doesNotExist();
    }

    private void damage(String file, java.util.function.Consumer<byte[]> change) throws IOException {
        byte[] bytes = Files.readAllBytes(out.resolve(file));
        change.accept(bytes);
        Files.deleteIfExists(out.resolve("." + file + ".crc"));
        Files.write(out.resolve(file), bytes);
    }

    private CorpusJob job() {
        return new CorpusJob(spark, store, SparkFixture.SILENT);
    }

    private static CorpusConfig corpus(Path input) {
        return SparkFixture.corpus("auto", "paragraph", 0, input);
    }

    private void assertFails(CorpusConfig corpus, TokenizerConfig tokenizer, ExitStatus status, String message) {
        assertRejected(() -> job().run(corpus, tokenizer, SparkFixture.GPT2, out.toString()), status, message);
        assertThat(out).doesNotExist();
    }

    private static void assertRejected(ThrowingCallable call, ExitStatus status, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.hint()).isNotEmpty();
                })
                .hasMessageContaining(message);
    }
}
