package org.weft.trainer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointManifest.Source;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.RunDirectory;
import org.weft.trainer.checkpoint.BestStep;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.InitialCheckpoint;
import org.weft.trainer.checkpoint.RunIdentity;
import org.weft.trainer.checkpoint.Vocabulary;
import org.weft.trainer.coordinator.RunListener;
import org.weft.trainer.report.Progress;

/** Whole runs of something very small, and all that keeps one from starting. */
@Timeout(120)
class TrainingRunTest {
    private static JavaSparkContext context;

    @TempDir
    Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final List<Integer> steps = new ArrayList<>();
    private Source source = new Source("corpus", "/corpus", "0123456789abcdef");
    private RunDirectory run;

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("training-run-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void name() {
        run = RunDirectory.of("file://" + directory);
    }

    @Test
    void trainsToTheLastStepAndTellsItsListener() throws IOException {
        RunResult result = train(null, 4, 2);
        assertThat(result.step()).isEqualTo(4);
        assertThat(result.stopped()).isFalse();
        assertThat(result.parameters()).isEqualTo(10);
        assertThat(result.firstLoss()).isEqualTo(5);
        assertThat(result.loss()).isLessThan(result.firstLoss());
        assertThat(result.validationLoss()).isLessThan(result.loss());
        assertThat(result.tokens()).isEqualTo(4 * 8);
        assertThat(result.checkpoint().directory()).isEqualTo(run.step(4));
        assertThat(result.bestStep()).isEqualTo(4);
        assertThat(steps).containsExactly(1, 2, 3, 4);
        assertThat(said.toString())
                .contains("a parabola on 1 workers and 1 servers, steps 0 to 4", "step 4  val loss ");
        assertThat(Files.readString(directory.resolve("config.yaml"))).contains("steps: 4");
    }

    @Test
    void theSameBitsWhetherOrNotItWasInterrupted() throws IOException {
        String whole = train(null, 4, 2).checkpoint().manifest().paramsSha256();
        run = RunDirectory.of(run.file("other"));
        train(null, 2, 2);
        RunResult resumed = train(TrainingRun.LATEST, 4, 2);
        assertThat(said.toString())
                .contains(
                        "resuming from ", "/step-00000002\n", "changed since that checkpoint: {training.steps=2 -> 4}");
        assertThat(resumed.checkpoint().manifest().paramsSha256()).isEqualTo(whole);
        assertThat(resumed.tokens()).as("of this process").isEqualTo(2 * 8);
    }

    @Test
    void theManifestRemembersEvaluationsThoughTheLogIsGone() throws IOException {
        train(null, 4, 2);
        Files.delete(directory.resolve("metrics.jsonl"));
        RunResult resumed = train(TrainingRun.LATEST, 6, 2);
        CheckpointManifest manifest = resumed.checkpoint().manifest();
        assertThat(manifest.sources()).containsExactly(source);
        assertThat(manifest.evaluations()).containsKeys(2).containsKey(4);
        assertThat(manifest.evaluations().get(2).get("loss")).isLessThan(5);
        BestStep best = new BestStep("loss", 0);
        best.take(manifest);
        assertThat(best.knows(2)).isTrue();
    }

    @Test
    void anEarlierVersionsEvaluationsAreInItsLog() throws IOException {
        train(null, 4, 2);
        forgetEvaluations(4);
        RunResult resumed = train(TrainingRun.LATEST, 6, 2);
        assertThat(resumed.checkpoint().manifest().evaluations()).containsKeys(2, 4);
    }

    /** The manifest as it was before there were evaluations in it. */
    private void forgetEvaluations(int step) throws IOException {
        CheckpointManifest m =
                CheckpointManifest.load(SparkApplication.within(context).store(), run.step(step));
        new CheckpointManifest(
                        2,
                        m.weftVersion(),
                        m.step(),
                        m.tokensSeen(),
                        m.generation(),
                        m.layoutHash(),
                        m.parameters(),
                        m.vocabSize(),
                        m.tokenizerSha256(),
                        m.seed(),
                        m.config(),
                        m.shards(),
                        List.of(),
                        Map.of(),
                        m.paramsSha256())
                .save(SparkApplication.within(context).store(), run.step(step));
    }

    @Test
    void anotherCorpusIsNoticedAndNotRefused() throws IOException {
        train(null, 2, 0);
        source = new Source("corpus", "/corpus", "fedcba9876543210");
        RunResult resumed = train(TrainingRun.LATEST, 4, 0);
        assertThat(said.toString())
                .contains(
                        "changed since that checkpoint: {corpus=0123456789ab -> fedcba987654, training.steps=2 -> 4}");
        assertThat(resumed.step()).isEqualTo(4);
    }

    @Test
    void aRunWithoutACheckpointStartsFromItsInitialOne() throws IOException {
        RunResult result = run(TrainingRun.LATEST, subject(5, 0, 10, () -> initial(3)));
        assertThat(said.toString()).contains("no checkpoint in " + run.checkpoints() + " yet", "steps 3 to 5");
        assertThat(steps).containsExactly(4, 5);
        assertThat(result.checkpoint().manifest().step()).isEqualTo(5);
    }

    @Test
    void aRunThatIsOverIsNotStartedAgain() throws IOException {
        RunResult first = train(null, 2, 0);
        steps.clear();
        RunResult again = run(TrainingRun.LATEST, subject(2, 0, 10, () -> null));
        assertThat(said.toString()).contains("/checkpoints/step-00000002 is this run's end: nothing to train");
        assertThat(steps).isEmpty();
        assertThat(again.checkpoint().manifest().toJson())
                .isEqualTo(first.checkpoint().manifest().toJson());
        assertThat(again.step()).isEqualTo(2);
    }

    @Test
    void aRequestToStopEndsWithACheckpoint() throws IOException {
        AtomicReference<Runnable> stop = new AtomicReference<>();
        StopSource source = (requestStop, progress) -> {
            stop.set(requestStop);
            return () -> {};
        };
        RunListener afterThree = new RunListener() {
            @Override
            public void stepDone(Step step) {
                if (step.step() == 3) {
                    stop.get().run();
                }
            }
        };
        RunResult result = new TrainingRun(SparkApplication.within(context), progress(), source, afterThree)
                .run(config(100_000, 0).run(), null, () -> subject(100_000, 0, 10, () -> null));
        assertThat(result.stopped()).isTrue();
        assertThat(result.step()).isBetween(3, 99_999);
        assertThat(result.checkpoint().manifest().step()).isEqualTo(result.step());
    }

    @Test
    void patienceThatIsExhaustedEndsARunAndItsResumption() throws IOException {
        RunResult result = run(null, flat(20));
        assertThat(said.toString()).contains("the best val_loss was that of step 1: ending early");
        assertThat(result.step()).isLessThan(20);
        assertThat(result.bestStep()).isEqualTo(1);
        RunResult again = run(TrainingRun.LATEST, flat(20));
        assertThat(said.toString()).contains("the best val_loss was that of step 1: the run has ended");
        assertThat(again.checkpoint().manifest().step())
                .isEqualTo(result.checkpoint().manifest().step());
    }

    /** Nothing moves, so no evaluation is better than the first. */
    private Subject flat(int last) {
        return subject(
                config(last, 1, "training.learning_rate=1e-30", "training.min_learning_rate=0", "finetune.patience=2"),
                4,
                10,
                () -> null);
    }

    @Test
    void aFreshRunLeavesEarlierCheckpointsAlone() throws IOException {
        train(null, 2, 0);
        assertThatThrownBy(() -> train(null, 4, 0))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
                .hasMessage(run.checkpoints() + " already has checkpoints, the newest is step-00000002");
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        train(null, 2, 0);
        assertThatThrownBy(() -> run(TrainingRun.LATEST, subject(4, 0, 12, () -> null)))
                .hasMessageContaining(" is of another model: parameters=10 ");
    }

    @Test
    void tooFewSlotsAreSaidBeforeAnythingIsWritten() {
        WeftConfig config = config(4, 0, "cluster.workers=7");
        assertThatThrownBy(() -> run(null, subject(config, 0, 10, () -> null)))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER))
                .hasMessageContaining("too few slots: 7 workers and 1 servers need 8");
        assertThat(directory.resolve("config.yaml")).doesNotExist();
        assertThat(directory.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void onlyStepsCanBeResumed() {
        TrainingRun.requireStep(null);
        TrainingRun.requireStep(TrainingRun.LATEST);
        TrainingRun.requireStep("12");
        assertThatThrownBy(() -> TrainingRun.requireStep("twelve")).hasMessage("--resume twelve is no step");
        assertThatThrownBy(() -> TrainingRun.requireStep("123456789")).hasMessageContaining("is no step");
    }

    private RunResult train(String resume, int last, int evalEvery) throws IOException {
        return run(resume, subject(last, evalEvery, 10, () -> null));
    }

    private RunResult run(String resume, Subject subject) throws IOException {
        RunListener listener = new RunListener() {
            @Override
            public void stepDone(Step step) {
                steps.add(step.step());
            }
        };
        return new TrainingRun(SparkApplication.within(context), progress(), StopSource.NONE, listener)
                .run(subject.config().run(), resume, () -> subject);
    }

    private Progress progress() {
        return new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), false, System::nanoTime);
    }

    private Subject subject(int last, int evalEvery, int width, Subject.Initial initial) {
        return subject(config(last, evalEvery), evalEvery == 0 ? 0 : 4, width, initial);
    }

    private Subject subject(WeftConfig config, int validationBatches, int width, Subject.Initial initial) {
        Quadratic workload = new Quadratic(width);
        return new Subject(
                "a parabola",
                new RunIdentity(config, workload.layout(), Vocabulary.NONE, List.of(source)),
                workload,
                Optional.empty(),
                validationBatches,
                initial);
    }

    private Checkpoint initial(int step) throws IOException {
        InitialCheckpoint.write(
                SparkApplication.within(context).store(),
                run.initial(),
                new RunIdentity(config(5, 0), new Quadratic(10).layout(), Vocabulary.NONE),
                step,
                Map.of(
                        CheckpointReader.PARAM,
                        (offset, length, sink) ->
                                sink.accept(offset, ByteBuffer.allocate((int) length * Float.BYTES))));
        return new CheckpointResolver(SparkApplication.within(context).store(), notice -> {}).latest(run.initial());
    }

    private WeftConfig config(int last, int evalEvery, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "training.steps=" + last,
                "training.eval_every=" + evalEvery,
                "training.global_batch=8",
                "training.micro_batch=1",
                "training.lanes=8",
                "training.warmup_steps=0",
                "training.learning_rate=0.1",
                "training.min_learning_rate=0.1",
                "training.weight_decay=0",
                "training.clip_norm=0",
                "checkpoint.every=2",
                "cluster.workers=1",
                "cluster.servers=1",
                "cluster.start_timeout_seconds=60"));
        settings.addAll(List.of(more));
        return ConfigLoader.load("test", "run: {dir: '" + run.path() + "'}", settings);
    }
}
