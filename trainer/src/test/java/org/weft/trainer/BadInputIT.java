package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person can get wrong: one clear error with the way out, the right exit status, nothing damaged. */
class BadInputIT {
    @TempDir
    static Path temporary;

    private static RunFolder prepared;

    @BeforeAll
    static void prepare() throws IOException {
        prepared =
                RunFolder.create(temporary.resolve("prepared"), RunFolder.SMALL).prepared();
    }

    @Test
    void unknownKey() {
        CommandRun run = prepared.pretrain("training.learning_rat=1");
        assertError(run, 2, "unknown key training.learning_rat", "did you mean learning_rate?");
    }

    @Test
    void twoMistakesAtOnce() {
        CommandRun run = prepared.pretrain("training.lanes=3", "model.heads=5");
        assertError(
                run, 2, "training.lanes=3 must be a power of two", "model.width=32 is not divisible by model.heads=5");
    }

    @Test
    void batchNotDivisibleIntoLanes() {
        CommandRun run = prepared.pretrain("training.global_batch=12");
        assertError(run, 2, "training.global_batch=12 is not divisible into training.lanes=8");
    }

    @Test
    void missingConfiguration() {
        CommandRun run = CommandRun.of(
                "pretrain", "--config", temporary.resolve("none.yaml").toString());
        assertError(run, 2, "there is no file " + temporary.resolve("none.yaml"), "hint: give --config the path");
    }

    @Test
    void noMaster() {
        assertError(
                prepared.pretrain("cluster.master=''"),
                2,
                "no Spark master: cluster.master is empty",
                "use spark-submit");
    }

    @Test
    void engineThatIsNotOnTheClassPath() {
        assertError(
                prepared.pretrain("cluster.engine=dl4j"),
                2,
                "cluster.engine=dl4j is not on the class path, which has [torch]",
                "set cluster.engine=torch");
    }

    @Test
    void masterThatIsNone() {
        assertError(prepared.pretrain("cluster.master=nowhere"), 4, "Spark did not start with master nowhere");
    }

    @Test
    void resumeStepThatIsNoNumber() {
        assertError(prepared.pretrain("--resume soon"), 2, "--resume soon is no step", "hint: give a number");
    }

    @Test
    void aStandbyOfAnEarlierStep() {
        assertError(
                prepared.pretrain("--standby", "--resume 2"),
                2,
                "--standby goes on from the newest checkpoint, and --resume 2 asks for another",
                "leave one of the two out");
    }

    @Test
    void inputThatDoesNotExist() throws IOException {
        RunFolder run = input("absent", "text.txt", "unused".getBytes(StandardCharsets.UTF_8));
        CommandRun result = run.command("prepare", "corpus.input=[/no/such/file]");
        assertError(result, 2, "corpus.input: no such file or directory: /no/such/file", "hint: give a path");
        assertThat(run.fingerprint()).isEmpty();
    }

    @Test
    void noInput() {
        assertError(prepared.command("prepare", "corpus.input=[]"), 2, "corpus.input is empty", "hint: give files");
    }

    @Test
    void corpusWithoutText() throws IOException {
        RunFolder run = input("empty", "text.txt", " \n\n \n".getBytes(StandardCharsets.UTF_8));
        assertError(run.command("prepare"), 3, "empty corpus: no document in corpus.input=[", "hint: ");
        assertThat(run.fingerprint()).isEmpty();
    }

    @Test
    void brokenJsonLeavesTheCorpusThatStands() throws IOException {
        RunFolder run = prepared.sibling("broken-json");
        Map<String, String> before = run.fingerprint();
        Path lines = Files.writeString(run.home().resolve("lines.jsonl"), "{\"text\": \"fine\"}\n{\"text\": \"cut\n");
        CommandRun result = run.command("prepare", "corpus.input=['" + RunFolder.uri(lines) + "']");
        assertError(
                result, 3, "broken JSON: file=", "lines.jsonl", "line=2", "hint: each line must be one JSON object");
        assertThat(run.fingerprint()).isEqualTo(before);
    }

    @Test
    void inputThatIsNotUtf8() throws IOException {
        RunFolder run = input("latin", "text.txt", "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertError(
                run.command("prepare"), 3, "input is not UTF-8: file=", "text.txt line=1", "hint: convert it first");
    }

    @Test
    void corpusShorterThanOneContext() {
        CommandRun run = prepared.sibling("short").pretrain("model.context=1000000");
        assertError(run, 3, "corpus shorter than one context", "required=1000001", "hint: give prepare more text");
    }

    @Test
    void pretrainBeforePrepare() throws IOException {
        RunFolder run = RunFolder.create(temporary.resolve("unprepared"), RunFolder.SMALL);
        assertError(run.pretrain(), 3, "no corpus: ", "manifest.json is missing", "hint: run prepare first");
        assertThat(run.fingerprint()).isEmpty();
    }

    @Test
    void tokenShardCutShort() throws IOException {
        RunFolder run = prepared.sibling("cut");
        Path shard = run.dir().resolve("corpus/train-00000.tokens");
        try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
            file.setLength(file.length() - 100);
        }
        Map<String, String> before = run.fingerprint();
        assertError(run.pretrain(), 3, "corpus damaged: ", "train-00000.tokens", "hint: run prepare again");
        assertThat(run.fingerprint()).isEqualTo(before);
    }

    @Test
    void tokenShardWithOneBitFlipped() throws IOException {
        RunFolder run = prepared.sibling("flipped");
        flipBit(run.dir().resolve("corpus/train-00000.tokens"), 1000);
        assertError(run.pretrain(), 3, "corpus damaged: ", "train-00000.tokens", "hint: run prepare again");
    }

    @Test
    void existingCheckpointsAreNotTrainedOver() throws IOException {
        RunFolder run = prepared.sibling("twice");
        run.pretrain().done();
        Map<String, String> before = run.fingerprint();
        assertError(
                run.pretrain(),
                2,
                "already has checkpoints, the newest is step-00000006",
                "hint: add --resume to go on");
        assertThat(run.fingerprint()).isEqualTo(before);
    }

    @Test
    void checkpointOfAnotherModel() throws IOException {
        RunFolder run = prepared.sibling("other-model");
        run.pretrain().done();
        Map<String, String> before = run.fingerprint();
        CommandRun result = run.pretrain("--resume", "model.layers=2");
        assertError(result, 3, "step-00000006 is of another model: parameters=", "hint: give the model section");
        CommandRun heads = run.pretrain("--resume", "model.heads=1");
        assertError(heads, 3, "was trained with heads=2", "configured are heads=1", "hint: give the model section");
        assertThat(run.fingerprint()).isEqualTo(before);
    }

    @Test
    void damagedCheckpointIsPassedOver() throws IOException {
        RunFolder run = prepared.sibling("damaged");
        // The last step is always saved; a checkpoint on the way may be given up for it where steps take milliseconds.
        run.pretrain("training.steps=3").done();
        String whole = run.pretrain("--resume", "checkpoint.every=100").done().paramsSha256();
        flipBit(run.checkpoint(6).resolve("shard-00000-of-00001-g0002.safetensors"), 5000);

        CommandRun resumed = run.pretrain("--resume", "checkpoint.every=100").done();
        assertThat(resumed.err())
                .contains("passed over ", "step-00000006 does not verify: shard-00000-of-00001-g0002.safetensors")
                .contains("has another SHA-256 than the manifest says", "resuming from ", "step-00000003");
        assertThat(resumed.paramsSha256()).isEqualTo(whole);

        flipBit(run.checkpoint(6).resolve("shard-00000-of-00001-g0003.safetensors"), 5000);
        assertError(run.pretrain("--resume 6"), 3, "step-00000006 does not verify", "hint: take an earlier checkpoint");
        flipBit(run.checkpoint(3).resolve("manifest.json"), 0);
        assertError(run.pretrain("--resume"), 3, "none of the 2 checkpoints in ", "hint: restore one from a copy");
    }

    @Test
    void lossThatIsNoNumber() throws IOException {
        RunFolder run = prepared.sibling("nan");
        run.pretrain("training.steps=2").done();
        Map<String, String> before = checkpoints(run);
        CommandRun result = run.pretrain(
                "--resume",
                "training.steps=20",
                "training.learning_rate=1.0e38",
                "training.min_learning_rate=1.0e38",
                "training.clip_norm=0",
                "checkpoint.every=100");
        assertError(result, 1, "stopped before the update", "hint: lower training.learning_rate", "step-00000002");
        assertThat(result.err()).containsPattern("error: step \\d+: the loss of lane \\d is (NaN|Infinity)");
        assertThat(checkpoints(run)).isEqualTo(before);
        assertThat(run.pretrain("--resume", "training.steps=3")
                        .done()
                        .summary()
                        .path("step")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void tooFewSlots() throws IOException {
        RunFolder run = prepared.sibling("slots");
        CommandRun result = run.pretrain("cluster.master=local[3]", "cluster.workers=2", "cluster.servers=2");
        assertError(result, 4, "too few slots: 2 workers and 2 servers need 4, 1 executor has 3", "hint: have fewer");
        assertThat(run.hasCheckpoint(0)).isFalse();
    }

    @Test
    void noGpus() {
        CommandRun run = prepared.sibling("gpus").pretrain("cluster.device=cuda");
        assertError(run, 4, "too few GPUs: cluster.device=cuda and 1 worker needs 1, Spark has 0");
    }

    @Test
    void hdfsThatNobodyServes() {
        long start = System.nanoTime();
        for (String command : new String[] {"prepare", "pretrain"}) {
            CommandRun run = prepared.command(command, "run.dir=hdfs://127.0.0.1:1/weft");
            assertError(run, 1, "cannot reach the storage at localhost:1: Connection refused", "hint: check run.dir");
        }
        CommandRun inspect = CommandRun.of("inspect", "hdfs://127.0.0.1:1/weft");
        assertError(inspect, 1, "cannot reach the storage at localhost:1", "that the NameNode is up");
        CommandRun noHost = CommandRun.of("inspect", "hdfs://weft.invalid:8020/weft");
        assertError(noHost, 1, "cannot reach the storage: no such host: weft.invalid");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
    }

    /** A NameNode that takes the connection and never answers; the property is the user's own way to be less patient. */
    @Test
    void hdfsThatHangs() throws IOException {
        System.setProperty("spark.hadoop.ipc.client.rpc-timeout.ms", "2000");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            CommandRun run = prepared.pretrain("run.dir=hdfs://127.0.0.1:" + silent.getLocalPort() + "/weft");
            assertError(
                    run, 1, "cannot reach the storage at localhost:" + silent.getLocalPort(), "hint: check run.dir");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        } finally {
            System.clearProperty("spark.hadoop.ipc.client.rpc-timeout.ms");
        }
    }

    @Test
    void verboseShowsTheStack() {
        CommandRun run = CommandRun.of(
                "--verbose", "inspect", temporary.resolve("nothing").toString());
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains("error: ", "hint: ", "\tat org.weft.trainer.commands.InspectCommand");
    }

    /** The text is there, the status is right, nothing is on standard output, no stack trace anywhere. */
    private static void assertError(CommandRun run, int status, String... texts) {
        assertThat(run.err()).contains("error: ").contains(texts).doesNotContain("\tat ");
        assertThat(run.err().lines().filter(line -> line.startsWith("error: "))).hasSize(1);
        assertThat(run.status()).as(run.err()).isEqualTo(status);
        assertThat(run.out()).isEmpty();
    }

    private static RunFolder input(String name, String file, byte[] content) throws IOException {
        RunFolder run = RunFolder.create(temporary.resolve(name), RunFolder.SMALL);
        Files.write(run.home().resolve(file), content);
        return run;
    }

    /** Hadoop's own checksum file goes, so that Weft's has to find it, as on a file system without such files. */
    private static void flipBit(Path file, int at) throws IOException {
        Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    private static Map<String, String> checkpoints(RunFolder run) throws IOException {
        Map<String, String> files = run.fingerprint();
        files.keySet().removeIf(name -> !name.startsWith("checkpoints"));
        return files;
    }
}
