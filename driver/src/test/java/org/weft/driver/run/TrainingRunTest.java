package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.coordinator.RunListener;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.spark.SparkApplication;

/** Whole runs, and what keeps one from starting. */
@Timeout(120)
class TrainingRunTest extends SmallRuns {

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
        assertThat(said.toString()).contains("a parabola on 1 worker and 1 server, steps 0 to 4", "step 4  val loss ");
        assertThat(Files.readString(directory.resolve("config.yaml"))).contains("steps: 4");
    }

    @Test
    void whichCheckpointsThereAreDoesNotDependOnTheStorage() throws IOException {
        RunResult result = run(null, worse(12, 1));
        assertThat(Files.readAllLines(directory.resolve("metrics.jsonl")))
                .filteredOn(line -> line.contains("\"checkpoint_millis\""))
                .hasSize(12);
        assertThat(result.bestStep()).isEqualTo(1);
        assertThat(result.bestSaved()).isEqualTo(1);
        assertThat(checkpoints()).containsExactly("step-00000001", "step-00000011", "step-00000012");
    }

    @Test
    void theBestThatIsKeptIsOneThatWasSaved() throws IOException {
        RunResult result = run(null, worse(6, 4));
        assertThat(result.bestStep()).isEqualTo(1);
        assertThat(result.bestSaved()).isEqualTo(4);
        RunResult again = run(TrainingRun.LATEST, worse(6, 4));
        assertThat(again.bestStep())
                .as("what it was is known to a run that is over")
                .isEqualTo(1);
        assertThat(again.bestSaved()).isEqualTo(4);
    }

    /** Of so high a rate that the loss doubles twice a step. */
    private Subject worse(int last, int saveEvery) {
        WeftConfig config = config(
                last,
                1,
                "checkpoint.every=" + saveEvery,
                "checkpoint.keep=2",
                "training.optimizer=sgd",
                "training.learning_rate=3",
                "training.min_learning_rate=3");
        return subject(config, 4, 10, () -> null);
    }

    /** The checkpoint from which the rate decays stays, and from it a longer run has the bits of one that was never shorter. */
    @Test
    void aRunIsProlongedFromWhereItsDecayBegan() throws IOException {
        String whole = run(null, decaying(25)).checkpoint().manifest().paramsSha256();
        FileUtils.cleanDirectory(directory.toFile());
        run(null, decaying(16));
        assertThat(checkpoints()).containsExactly("step-00000012", "step-00000015", "step-00000016");
        RunResult longer = run("12", decaying(25));
        assertThat(said.toString()).doesNotContain("the learning rate of step");
        assertThat(longer.checkpoint().manifest().paramsSha256()).isEqualTo(whole);
    }

    private Subject decaying(int last) {
        WeftConfig config = config(
                last,
                0,
                "training.schedule=wsd",
                "training.min_learning_rate=0",
                "checkpoint.every=5",
                "checkpoint.keep=2");
        return subject(config, 0, 10, () -> null);
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve("checkpoints"))) {
            return found.map(path -> path.getFileName().toString()).sorted().toList();
        }
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
        assertThat(Files.readString(directory.resolve("driver.lease/term-00000001.json")))
                .contains("\"stop_requested\" : true", "\"stopped\" : true");
    }

    /** While the corpus is read, say: the process ends, and whoever stands by is to leave the run. */
    @Test
    void aRequestToStopIsWrittenDownBeforeAnythingRuns() throws IOException {
        AtomicReference<Runnable> asked = new AtomicReference<>();
        StopSource source = new StopSource() {
            @Override
            public Listening listen(Runnable requestStop, Progress progress) {
                throw new AssertionError("nothing runs yet");
            }

            @Override
            public Listening notice(Runnable told) {
                asked.set(told);
                return () -> asked.set(null);
            }
        };
        Path lease = Files.createDirectory(directory.resolve("driver.lease"));
        Files.writeString(lease.resolve("standby-11111111.json"), "{}");
        assertThatThrownBy(() -> new TrainingRun(SparkApplication.within(context), progress(), source)
                        .run(config(4, 0).run(), null, () -> {
                            asked.get().run();
                            throw new IOException("the file system is closed");
                        }))
                .hasMessage("the file system is closed");
        assertThat(asked).hasNullValue();
        assertThat(Files.readString(lease.resolve("term-00000001.json")))
                .contains("\"stop_requested\" : true", "\"released\" : true");
    }

    @Test
    void workersThatARunCanDoWithoutTakeNobodysSlot() throws IOException {
        WeftConfig config = config(6, 0, "cluster.max_workers=9"); // of three slots
        RunResult result = run(null, subject(config, 0, 10, () -> null));
        assertThat(result.step()).isEqualTo(6);
    }

    @Test
    void tooFewSlotsAreSaidBeforeAnythingIsWritten() {
        WeftConfig config = config(4, 0, "cluster.workers=7");
        assertThatThrownBy(() -> run(null, subject(config, 0, 10, () -> null)))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER))
                .hasMessageContaining("too few slots: 7 workers and 1 server need 8");
        assertThat(directory.resolve("config.yaml")).doesNotExist();
        assertThat(directory.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void aWindowThatRefusesKeepsARunFromBeginningAndNoneFromGoingOn() throws IOException {
        WindowProvider refusing = new WindowProvider() {
            @Override
            public void check(WeftConfig config, SparkApplication application) {
                throw WeftException.usage("the server lets nobody in", "give it a password");
            }

            @Override
            public List<RunWindow> windows(WeftConfig config, SparkApplication application) {
                return List.of();
            }
        };
        assertThatThrownBy(() -> shown(refusing, null, 2)).hasMessage("the server lets nobody in");
        for (String file : List.of("config.yaml", "metrics.jsonl", "checkpoints")) {
            assertThat(directory.resolve(file)).doesNotExist();
        }
        train(null, 2, 0);
        assertThat(shown(refusing, TrainingRun.LATEST, 4).step()).isEqualTo(4);
        assertThat(said.toString()).contains("the server lets nobody in; give it a password");
    }

    private RunResult shown(WindowProvider provider, String resume, int last) throws IOException {
        Subject subject = subject(last, 0, 10, () -> null);
        return new TrainingRun(
                        SparkApplication.within(context),
                        progress(),
                        StopSource.NONE,
                        new RunListener() {},
                        List.of(provider))
                .run(subject.config().run(), resume, () -> subject);
    }

    @Test
    void filesOfAnApplicationThatSomeoneElseStartedAppearAsConfigured() throws IOException {
        WeftConfig direct = config(1, 0, "checkpoint.commit=direct");
        assertThat(SparkApplication.within(context)
                        .committing(direct.checkpoint().commit())
                        .store()
                        .renames(run.path()))
                .isFalse();
        WeftConfig auto = config(1, 0);
        assertThat(SparkApplication.within(context)
                        .committing(auto.checkpoint().commit())
                        .store()
                        .renames(run.path()))
                .isTrue();
    }

    @Test
    void onlyStepsCanBeResumed() {
        TrainingRun.requireStep(null);
        TrainingRun.requireStep(TrainingRun.LATEST);
        TrainingRun.requireStep("12");
        assertThatThrownBy(() -> TrainingRun.requireStep("twelve")).hasMessage("--resume twelve is no step");
        assertThatThrownBy(() -> TrainingRun.requireStep("123456789")).hasMessageContaining("is no step");
    }
}
