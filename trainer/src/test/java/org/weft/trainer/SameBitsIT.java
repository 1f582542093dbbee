package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** The promise of the lanes: one hash, whatever the cluster is and however often the run was stopped. */
class SameBitsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    static Path temporary;

    private static RunFolder corpus;
    private static RunFolder uninterrupted;
    private static CommandRun oneOfEach;

    @BeforeAll
    static void trainWithOneOfEach() throws IOException {
        corpus = RunFolder.create(temporary.resolve("corpus"), RunFolder.LARGE).prepared();
        uninterrupted = corpus.sibling("1-1");
        oneOfEach =
                uninterrupted.pretrain("training.steps=16", "checkpoint.keep=1").done();
        assertThat(oneOfEach.summary().path("parameters").asLong()).isGreaterThan(3_000_000);
        assertThat(oneOfEach.paramsSha256()).matches("[0-9a-f]{64}");
    }

    /** Six steps, as six of sixteen would have another schedule. */
    @Test
    void parametersAndValidationLossDoNotDependOnTheCluster() throws IOException {
        Set<String> hashes = new HashSet<>();
        Set<String> losses = new HashSet<>();
        for (int[] shape : new int[][] {{1, 1}, {2, 1}, {2, 2}, {3, 2}, {4, 4}}) {
            RunFolder run = corpus.sibling("shape-" + shape[0] + "-" + shape[1]);
            boolean encrypt = shape[0] == 3;
            CommandRun result = run.pretrain(
                            "cluster.workers=" + shape[0], "cluster.servers=" + shape[1], "cluster.encrypt=" + encrypt)
                    .done();
            hashes.add(result.paramsSha256());
            losses.add(run.metrics().stream()
                    .filter(line -> line.has("loss") || line.has("val_loss"))
                    .map(line -> line.path("loss") + " " + line.path("val_loss") + " " + line.path("grad_norm"))
                    .toList()
                    .toString());
            assertThat(result.summary().path("val_loss").asDouble())
                    .isEqualTo(run.metrics().stream()
                            .filter(line -> line.path("step").asInt() == 6 && line.has("val_loss"))
                            .findFirst()
                            .orElseThrow()
                            .path("val_loss")
                            .asDouble());
        }
        assertThat(hashes).hasSize(1);
        assertThat(losses).hasSize(1);
    }

    @Test
    void backupsChangeNothing() {
        String alone = corpus.sibling("no-backups").pretrain().done().paramsSha256();
        CommandRun backed =
                corpus.sibling("backups").pretrain("cluster.workers=2", "cluster.servers=2", "servers.replicas=2");
        assertThat(backed.done().paramsSha256()).isEqualTo(alone);
    }

    /** Each server has its matrices whole; a checkpoint goes on where others have them. */
    @Test
    void matricesThatAreMovedAsAWholeDoNotDependOnTheCluster() throws IOException {
        String muon = "training.optimizer=muon";
        String one = corpus.sibling("muon-1-1").pretrain(muon).done().paramsSha256();
        assertThat(corpus.sibling("muon-2-3")
                        .pretrain(muon, "cluster.workers=2", "cluster.servers=3")
                        .done()
                        .paramsSha256())
                .isEqualTo(one);
        RunFolder backed = corpus.sibling("muon-backups");
        CommandRun two = backed.pretrain(muon, "cluster.servers=2", "servers.replicas=2", "cluster.residency=streamed");
        assertThat(two.done().paramsSha256()).isEqualTo(one);
        Files.delete(backed.checkpoint(6).resolve("manifest.json"));
        CommandRun resumed = backed.pretrain("--resume", muon, "cluster.workers=2", "cluster.servers=3");
        assertThat(resumed.done().paramsSha256()).isEqualTo(one);
        assertThat(one).isNotEqualTo(oneOfEach.paramsSha256());
    }

    /** A larger model has a part in the loss; who goes on goes on beside the same one. */
    @Test
    void dropoutAndATeacherDoNotDependOnTheCluster() throws IOException {
        String dropout = "model.dropout=0.2";
        String taught = "--teacher " + RunFolder.uri(uninterrupted.checkpoint(16));
        RunFolder run = corpus.sibling("dropout-1-1");
        String one = run.pretrain(dropout, taught, "model.layers=2", "training.steps=4")
                .done()
                .paramsSha256();
        RunFolder other = corpus.sibling("dropout-3-2");
        String many = other.pretrain(
                        dropout, taught, "model.layers=2", "training.steps=4", "cluster.workers=3", "cluster.servers=2")
                .done()
                .paramsSha256();
        assertThat(many).isEqualTo(one);
        for (JsonNode step : run.steps()) {
            double own = step.path("task_loss").asDouble();
            double teachers = step.path("teacher_loss").asDouble();
            assertThat(own).isGreaterThan(1);
            assertThat(teachers).isBetween(1e-3, own * 4);
            assertThat(step.path("loss").asDouble()).isCloseTo((own + teachers) / 2, within(1e-4));
        }
        Files.delete(other.checkpoint(4).resolve("manifest.json"));
        CommandRun resumed = other.pretrain("--resume", dropout, taught, "model.layers=2", "training.steps=4");
        assertThat(resumed.done().paramsSha256()).isEqualTo(one);
        CommandRun changed = other.pretrain(
                "--resume",
                dropout,
                "--teacher " + RunFolder.uri(run.checkpoint(4)),
                "model.layers=2",
                "training.steps=5");
        assertThat(changed.status()).isEqualTo(3);
        assertThat(changed.err()).contains("was taught by ", "distillation.teacher is now ");
    }

    @Test
    void moreServersThanBucketsAndMoreWorkersThanLanes() throws IOException {
        RunFolder small =
                RunFolder.create(temporary.resolve("small"), RunFolder.SMALL).prepared();
        String lanes = "training.lanes=2";
        String one = small.sibling("small-1-1").pretrain(lanes).done().paramsSha256();
        CommandRun many = small.sibling("small-4-3").pretrain(lanes, "cluster.workers=4", "cluster.servers=3");
        assertThat(many.done().paramsSha256()).isEqualTo(one);
    }

    @Test
    void stoppedBySignalAndResumedOnAnotherCluster() throws IOException {
        RunFolder run = corpus.sibling("stopped");
        CommandRun first = stoppedOnce(run, 2, "training.steps=16", "cluster.workers=2", "cluster.servers=2");

        assertThat(first.status()).isEqualTo(143);
        int stoppedAt = first.summary().path("step").asInt();
        assertThat(stoppedAt).isBetween(2, 15);
        assertThat(first.summary().path("stopped").asText()).isEqualTo("asked to end before the last step");
        assertThat(first.err()).contains("SIGTERM: ending after this step, with a checkpoint");
        assertThat(run.hasCheckpoint(stoppedAt)).isTrue();
        assertThat(first.summary().path("checkpoint").asText()).endsWith(String.format("step-%08d", stoppedAt));

        CommandRun second = run.pretrain("--resume", "training.steps=16", "cluster.workers=3", "cluster.servers=1");
        assertThat(second.done().err()).contains("resuming from", String.format("step-%08d", stoppedAt));
        assertThat(second.paramsSha256()).isEqualTo(oneOfEach.paramsSha256());
        assertThat(second.summary().path("val_loss"))
                .isEqualTo(oneOfEach.summary().path("val_loss"));
        assertThat(run.stepsWithMetrics())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 16).boxed().toList());
        // The evaluation too that may have been due at the step where it was asked to stop.
        assertThat(losses(run)).isEqualTo(losses(uninterrupted));
    }

    @Test
    void resumesFromANamedStep() throws IOException {
        RunFolder run = corpus.sibling("named");
        run.pretrain("training.steps=3", "checkpoint.every=100").done();
        CommandRun whole = run.pretrain("--resume", "checkpoint.every=100").done();
        assertThat(run.checkpoints()).containsExactly("step-00000003", "step-00000006");

        CommandRun again = run.pretrain("--resume 3", "checkpoint.every=100", "cluster.workers=2", "cluster.servers=3");
        assertThat(again.done().err()).contains("resuming from").contains("step-00000003");
        assertThat(again.paramsSha256()).isEqualTo(whole.paramsSha256());
        assertThat(run.stepsWithMetrics()).containsExactly(1, 2, 3, 4, 5, 6);

        // A driver that died between a checkpoint and the end of its evaluation leaves no line of it.
        List<String> before = losses(run);
        Path metrics = run.dir().resolve("metrics.jsonl");
        List<String> lines = Files.readAllLines(metrics);
        Files.write(
                metrics,
                lines.stream().filter(line -> !line.contains("val_loss")).toList());
        run.pretrain("--resume 3", "checkpoint.every=100").done();
        assertThat(losses(run)).isEqualTo(before);

        CommandRun absent = run.pretrain("--resume 4");
        assertThat(absent.status()).isEqualTo(3);
        assertThat(absent.err())
                .contains("error: there is no checkpoint of step 4 in ")
                .contains("hint: there are: [step-00000003, step-00000006]");
    }

    @Test
    void keepsTheNewestCheckpointsAndReportsEveryStep() throws IOException {
        assertThat(uninterrupted.checkpoints()).containsExactly("step-00000014", "step-00000016");
        List<JsonNode> steps = uninterrupted.metrics().stream()
                .filter(line -> line.has("loss"))
                .toList();
        assertThat(steps).hasSize(16).allSatisfy(line -> assertThat(names(line))
                .contains("step", "loss", "learning_rate", "grad_norm", "tokens", "tokens_per_second", "mfu")
                .contains("step_millis", "wait_millis", "push_bytes", "pull_bytes"));
        assertThat(uninterrupted.metrics())
                .filteredOn(line -> line.has("val_loss"))
                .extracting(line -> line.path("step").asInt())
                .containsExactly(3, 6, 9, 12, 15, 16);
        assertThat(uninterrupted.metrics().stream()
                        .filter(line -> line.has("checkpoint_stall_millis"))
                        .map(line -> line.path("step").asInt()))
                .startsWith(2)
                .endsWith(16);
        assertThat(names(oneOfEach.summary()))
                .containsExactly(
                        "command",
                        "step",
                        "loss",
                        "val_loss",
                        "tokens_per_second",
                        "parameters",
                        "params_sha256",
                        "checkpoint");
        assertThat(oneOfEach.summary().path("step").asInt()).isEqualTo(16);
        assertThat(oneOfEach.out().strip().lines()).hasSize(1);
    }

    private static List<String> losses(RunFolder run) throws IOException {
        return run.metrics().stream()
                .filter(line -> line.has("loss") || line.has("val_loss"))
                .map(line -> line.path("step") + " " + line.path("loss") + " " + line.path("val_loss"))
                .toList();
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new LinkedHashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Sends this process a SIGTERM once a checkpoint is there; the run has taken the signal over by then. */
    private static CommandRun stoppedOnce(RunFolder run, int checkpoint, String... settings) {
        Signal term = new Signal("TERM");
        SignalHandler before = Signal.handle(term, signal -> {});
        AtomicBoolean ended = new AtomicBoolean();
        try {
            CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> {
                Await.until("checkpoint", PATIENCE, () -> ended.get() || run.hasCheckpoint(checkpoint));
                Signal.raise(term);
            });
            CommandRun result = run.pretrain(settings);
            ended.set(true);
            killer.join();
            return result;
        } finally {
            Signal.handle(term, before);
        }
    }
}
