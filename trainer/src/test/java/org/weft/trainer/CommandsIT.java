package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands one after the other over one small run, as a person would give them. */
class CommandsIT {
    @TempDir
    static Path temporary;

    private static RunFolder run;
    private static CommandRun prepare;
    private static CommandRun pretrain;

    @BeforeAll
    static void prepareAndPretrain() throws IOException {
        run = RunFolder.create(temporary.resolve("commands"), RunFolder.SMALL);
        prepare = run.command("prepare").done();
        pretrain = run.pretrain("training.steps=30").done();
    }

    @Test
    void prepareSaysWhatItMade() {
        JsonNode summary = prepare.summary();
        assertThat(summary.path("command").asText()).isEqualTo("prepare");
        assertThat(summary.path("documents").asInt()).isEqualTo(400);
        assertThat(summary.path("train_tokens").asInt()).isGreaterThan(10_000);
        assertThat(summary.path("val_tokens").asInt()).isPositive();
        assertThat(prepare.err()).contains("reading 1 files", "documents");
    }

    @Test
    void pretrainShowsProgressAndKeepsItsConfiguration() throws IOException {
        assertThat(pretrain.err())
                .contains("gpt2 of", "parameters on 1 worker and 1 server, steps 0 to 30")
                .contains("step 30/30  loss ", "tokens/s", "ETA 0:00", "step 30  val loss ");
        assertThat(Files.readString(run.dir().resolve("config.yaml"))).contains("steps: 30", "learning_rate: 0.001");
        assertThat(run.dir()).isDirectoryContaining("glob:**/{corpus,checkpoints}");
    }

    @Test
    void evaluatesACheckpointAndARun() {
        CommandRun ofRun =
                CommandRun.of("evaluate", "--checkpoint", run.dir().toString()).done();
        CommandRun ofCheckpoint = CommandRun.of(
                        "evaluate",
                        "--checkpoint",
                        run.checkpoint(30).toString(),
                        "--set",
                        "cluster.master=local[1]",
                        "--config",
                        run.config().toString())
                .done();
        JsonNode summary = ofRun.summary();
        assertThat(summary.path("step").asInt()).isEqualTo(30);
        assertThat(summary.path("params_sha256").asText()).isEqualTo(pretrain.paramsSha256());
        double loss = summary.path("val_loss").asDouble();
        assertThat(loss)
                .isBetween(1.0, 6.0)
                .isEqualTo(ofCheckpoint.summary().path("val_loss").asDouble());
        assertThat(summary.path("perplexity").asDouble()).isEqualTo(Math.exp(loss));
        assertThat(summary.path("bits_per_byte").asDouble()).isBetween(0.1, 8.0);
    }

    @Test
    void evaluatesOnlyWithTheCheckpointsTokenizer() throws IOException {
        RunFolder other = RunFolder.create(temporary.resolve("other-tokenizer"), RunFolder.SMALL);
        other.command("prepare", "tokenizer.vocab_size=300").done();
        CommandRun result = CommandRun.of(other.arguments("evaluate", "--checkpoint " + run.dir()));
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err()).contains("was trained with another tokenizer than", "tokenizer.kind: file");
    }

    @Test
    void generatesTheSameTextForTheSameSeed() {
        String[] greedy = generate("--temperature", "0");
        CommandRun first = CommandRun.of(greedy).done();
        assertThat(first.summary().path("text").asText())
                .startsWith("the ship ")
                .hasSizeGreaterThan(12);
        assertThat(first.summary().path("text"))
                .isEqualTo(CommandRun.of(greedy).done().summary().path("text"));
        // What was streamed is the text of the closing line.
        assertThat(first.out()).startsWith(first.summary().path("text").asText() + "\n");
        assertThat(first.summary().path("tokens").asInt()).isBetween(1, 20);
        assertThat(first.summary().path("tokens_per_second").asDouble()).isPositive();
        assertThat(first.summary().path("finish_reason").asText()).isIn("length", "end_of_text");

        String[] sampled = generate("--temperature", "1.5", "--top-k", "200", "--top-p", "0.99", "--seed", "7");
        JsonNode text = CommandRun.of(sampled).done().summary().path("text");
        assertThat(text)
                .isEqualTo(CommandRun.of(sampled).done().summary().path("text"))
                .isNotEqualTo(first.summary().path("text"));
        assertThat(CommandRun.of(generate("--temperature", "1.5", "--seed", "8"))
                        .done()
                        .summary()
                        .path("text"))
                .isNotEqualTo(text);
    }

    @Test
    void generateStartsADocumentAndRefusesNonsense() {
        CommandRun empty =
                CommandRun.of("generate", "--checkpoint", run.checkpoint(30).toString(), "--max-new-tokens", "5");
        assertThat(empty.done().summary().path("text").isTextual()).isTrue();
        assertUsage(CommandRun.of(generate("--temperature", "-1")), "temperature");
        assertUsage(CommandRun.of(generate("--top-p", "0")), "top");
        assertUsage(
                CommandRun.of("generate", "--checkpoint", run.dir().toString(), "--max-new-tokens", "0"),
                "--max-new-tokens 0 must be at least 1");
        assertUsage(CommandRun.of("generate"), "--checkpoint");
        CommandRun nowhere = CommandRun.of("generate", "--checkpoint", temporary.toString());
        assertThat(nowhere.status()).isEqualTo(3);
        assertThat(nowhere.err()).contains("there is no checkpoint at " + temporary, "hint: give a checkpoint");
    }

    @Test
    void inspectsRunCorpusAndCheckpoint() {
        JsonNode facts = CommandRun.of("inspect", run.dir().toString()).done().json();
        assertThat(facts.path("kind").asText()).isEqualTo("run");
        int tokens = 0;
        for (JsonNode shard : facts.path("corpus").path("train").path("shards")) {
            tokens += shard.path("tokens").asInt();
        }
        assertThat(tokens).isEqualTo(prepare.summary().path("train_tokens").asInt());
        assertThat(facts.path("checkpoints")).hasSize(2);
        assertThat(facts.path("checkpoints").path(1).path("params_sha256").asText())
                .isEqualTo(pretrain.paramsSha256());

        JsonNode corpus = CommandRun.of("inspect", run.dir().resolve("corpus").toString())
                .done()
                .json();
        assertThat(corpus.path("kind").asText()).isEqualTo("corpus");
        assertThat(corpus.path("vocab_size").asInt()).isGreaterThan(257);

        JsonNode checkpoint = CommandRun.of(
                        "inspect", "--verify", run.checkpoint(30).toString())
                .done()
                .json();
        assertThat(checkpoint.path("kind").asText()).isEqualTo("checkpoint");
        assertThat(checkpoint.path("verified").asBoolean()).isTrue();
        assertThat(checkpoint.path("step").asInt()).isEqualTo(30);
    }

    @Test
    void inspectVerifiesWhatItReads() throws IOException {
        RunFolder damaged = run.sibling("inspect-damaged");
        damaged.pretrain("training.steps=2").done();
        Path shard = damaged.checkpoint(2).resolve("shard-00000-of-00001-g0001.safetensors");
        Files.delete(shard.resolveSibling("." + shard.getFileName() + ".crc"));
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(bytes, bytes.length - 8));
        CommandRun result =
                CommandRun.of("inspect", "--verify", damaged.checkpoint(2).toString());
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err()).contains("does not verify: shard-00000-of-00001", "has another length: actual=");

        CommandRun well =
                CommandRun.of("inspect", "--verify", run.dir().toString()).done();
        assertThat(well.json().path("corpus").path("verified").asBoolean()).isTrue();
        assertThat(well.json().path("checkpoints").path(1).path("verified").asBoolean())
                .isTrue();
        Path corpus = damaged.dir().resolve("corpus");
        Path tokens = corpus.resolve("train-00000.tokens");
        Files.deleteIfExists(corpus.resolve(".train-00000.tokens.crc"));
        byte[] shardBytes = Files.readAllBytes(tokens);
        shardBytes[shardBytes.length / 2] ^= 1;
        Files.write(tokens, shardBytes);
        CommandRun both = CommandRun.of("inspect", "--verify", damaged.dir().toString());
        assertThat(both.status()).isEqualTo(3);
        assertThat(both.err())
                .contains("/corpus: token shard damaged: file=", "step-00000002: shard-00000-of-00001", "hint: ");
        assertThat(CommandRun.of("inspect", "--verify", corpus.toString()).status())
                .isEqualTo(3);
    }

    @Test
    void doctorFindsAllWell() {
        CommandRun alone = CommandRun.of("doctor").done();
        assertThat(alone.out()).contains("ok    weft: ", "ok    java: 17", "ok    libtorch: ", "storage and cluster");
        CommandRun whole = run.command("doctor").done();
        assertThat(whole.out()).contains("run.dir: file:", "can be written", "1 executor, 8 slots, 0 GPUs");
        assertThat(whole.summary().path("problems").asInt()).isZero();
        assertThat(run.dir()).isDirectoryNotContaining("glob:**/.doctor*");
    }

    @Test
    void doctorSaysWhatIsAmiss() {
        CommandRun sick = run.command("doctor", "run.dir=hdfs://127.0.0.1:1/weft", "cluster.master=local[1]");
        assertThat(sick.status()).isEqualTo(1);
        assertThat(sick.out())
                .contains("FAIL  run.dir: hdfs://127.0.0.1:1/weft: ", "hint: check the address")
                .contains("FAIL  cluster: too few slots: 1 worker and 1 server need 2, 1 executor has 1");
        assertThat(sick.summary().path("problems").asInt()).isEqualTo(2);
    }

    @Test
    void helpAndVersion() {
        CommandRun help = CommandRun.of("--help").done();
        assertThat(help.out())
                .contains("Usage: weft", "prepare", "pretrain", "evaluate", "generate", "fill", "inspect", "doctor");
        assertThat(CommandRun.of("help", "pretrain").done().out()).contains("--resume", "--config", "--set");
        assertThat(CommandRun.of("generate", "--help").done().out()).contains("--max-new-tokens");
        assertThat(CommandRun.of("--version").done().out()).matches("weft \\S+\\R");
    }

    @Test
    void unknownCommandsAndOptions() {
        assertUsage(CommandRun.of("pretrian"), "pretrian");
        assertUsage(CommandRun.of("pretrain", "--resum"), "--resum");
        assertUsage(CommandRun.of(), "ommand");
    }

    private static String[] generate(String... options) {
        String[] base = {
            "generate", "--checkpoint", run.dir().toString(), "--prompt", "the ship ", "--max-new-tokens", "20"
        };
        String[] all = Arrays.copyOf(base, base.length + options.length);
        System.arraycopy(options, 0, all, base.length, options.length);
        return all;
    }

    private static void assertUsage(CommandRun result, String text) {
        assertThat(result.err()).contains("error: ", text).doesNotContain("\tat ");
        assertThat(result.status()).isEqualTo(2);
    }
}
