package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.checkpoint.VerifiedCheckpoints;
import org.weft.driver.spark.SparkApplication;

/** What a driver that stands by does with a run. */
@Timeout(120)
class StandbyRunTest extends SmallRuns {

    @Test
    void goesOnToTheSameBitsWhereTheDriverIsDead() throws IOException {
        String whole = train(null, 4, 2).checkpoint().manifest().paramsSha256();
        run = RunDirectory.of(run.file("other"));
        train(null, 2, 2);
        Path lease = directory.resolve("other/driver.lease");
        began(config(4, 2)); // For more steps.
        deadDriver(lease, "");
        RunResult result = standBy(4);
        assertThat(result.checkpoint().manifest().paramsSha256()).isEqualTo(whole);
        assertThat(result.checkpoint().manifest().generation()).isEqualTo(42);
        assertThat(said.toString())
                .contains("standby of " + run.path() + ", application ")
                .contains("stands by: the driver is host node-9, process 99, application app-9")
                .contains("taking the run over: no sign of life for 2 s from host node-9")
                .contains("/step-00000002\n");
        assertThat(Files.readString(lease.resolve("term-00000003.json")))
                .contains("\"released\" : true", "\"stopped\" : false", "\"step\" : 4");
        assertThat(lease.toFile().list((folder, name) -> name.startsWith("standby-")))
                .isEmpty();
    }

    @Test
    void leavesARunThatIsDone() throws IOException {
        train(null, 4, 0);
        assertThat(standBy(4)).isNull();
        assertThat(said.toString()).contains("the run is done at step 4: nothing is left to stand by for");
    }

    @Test
    void goesOnWhereTheDriverWasToThatDidNotGetToBegin() throws IOException {
        train(null, 4, 2);
        deadDriver(directory.resolve("driver.lease"), ", \"resume_step\": 2");
        assertThat(standBy(4).step()).isEqualTo(4);
        assertThat(said.toString())
                .contains("was to go on from step 2: so does this one", "resuming from " + run.step(2))
                .contains("step-00000004 was moved to");
    }

    @Test
    void refusesToChangeTheRun() throws IOException {
        train(null, 2, 2);
        began(config(4, 2));
        WeftConfig other = config(4, 2, "run.lease_seconds=2", "training.learning_rate=0.2", "run.seed=7");
        Standby standby = standby(other, () -> subject(other, 4, 10, () -> null));
        standby.attempt();
        assertThat(said.toString())
                .contains(
                        "this standby is not ready", "this one would change {", "run.seed=", "training.learning_rate=")
                .contains("start the standby with the run's own configuration")
                .doesNotContain("this standby is ready");
        deadDriver(directory.resolve("driver.lease"), "");
        assertThatThrownBy(() -> standBy(other))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("training.learning_rate=0.1 -> 0.2");
        assertThat(directory.resolve("checkpoints").toFile().list()).containsExactly("step-00000002");
        assertThat(Files.readString(directory.resolve("config.yaml"))).doesNotContain("seed: 7");
    }

    @Test
    void refusesOtherDataThanTheRunHas() throws IOException {
        train(null, 4, 2);
        source = new Source("corpus", "/corpus", "fedcba9876543210");
        WeftConfig config = config(4, 2);
        standby(config, () -> subject(config, 4, 10, () -> null)).attempt();
        assertThat(said.toString()).contains("this one would change {corpus=");
    }

    /** As Spark does, whose methods declare none. */
    @Test
    void anExceptionThatNobodyDeclaresKeepsNoStandbyFromBecomingReady() throws IOException {
        train(null, 4, 2);
        WeftConfig config = config(4, 2);
        AtomicInteger asked = new AtomicInteger();
        Standby standby = standby(config, () -> {
            if (asked.incrementAndGet() == 1) {
                throw undeclared(new Exception("Job aborted due to stage failure"));
            }
            return subject(config, 4, 10, () -> null);
        });
        standby.attempt();
        assertThat(said.toString())
                .contains("this standby is not ready, which is tried again: Job aborted due to stage failure");
        standby.attempt();
        assertThat(said.toString()).contains("this standby is ready: it holds ", "/checkpoints/step-00000004");
    }

    @Test
    void tellsWhichCheckpointItHasRead() throws IOException {
        train(null, 4, 2);
        Path newest = directory.resolve("checkpoints/step-00000004");
        try (Stream<Path> files = Files.list(newest)) {
            for (Path file :
                    files.filter(path -> !path.endsWith("manifest.json")).toList()) {
                Files.writeString(file, "damaged");
            }
        }
        WeftConfig config = config(4, 2);
        standby(config, () -> subject(config, 4, 10, () -> null)).attempt();
        assertThat(said.toString()).contains("this standby is ready", "/checkpoints/step-00000002");
    }

    @Test
    void whatDoesNotEndIsLeftToItself() throws Exception {
        WeftConfig config = config(4, 2, "cluster.start_timeout_seconds=1");
        CountDownLatch over = new CountDownLatch(1);
        Standby standby = standby(config, () -> subject(config, 4, 10, () -> null));
        Subject.Preparation first = standby.preparation();
        ExecutorService chores = Threads.MACHINE.single("stuck");
        try {
            chores.execute(() -> Uninterrupted.await(over));
            standby.end(chores, true);
            assertThat(standby.preparation()).isNotNull().isNotSameAs(first);
            assertThat(said.toString())
                    .contains("waiting for what this driver was doing as a standby")
                    .contains("goes on without what it was doing as a standby");
        } finally {
            over.countDown();
        }
    }

    /** What heeds no interrupt, as a read from a dead disk does. */
    private static final class Uninterrupted {
        static void await(CountDownLatch over) {
            boolean done = false;
            while (!done) {
                try {
                    over.await();
                    done = true;
                } catch (InterruptedException goesOn) {
                    continue;
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException undeclared(Throwable failure) throws T {
        throw (T) failure;
    }

    private void deadDriver(Path lease, String more) throws IOException {
        Files.writeString(lease.resolve("term-00000002.json"), """
                {"format_version": 1, "term": 2, "owner": "gone",
                 "driver": {"host": "node-9", "process": 99, "application": "app-9"},
                 "started": "2020-01-01T00:00:00Z", "lease_seconds": 2, "sequence": 7, "generation": 41, "released": false%s}
                """.formatted(more));
    }

    /** As a driver does that begins. */
    private void began(WeftConfig config) throws IOException {
        SparkApplication.within(context)
                .store()
                .write(run.config(), ConfigLoader.toYaml(config).getBytes(StandardCharsets.UTF_8));
    }

    private Standby standby(WeftConfig config, Subject.Preparation preparation) {
        return new Standby(
                SparkApplication.within(context),
                config,
                progress(),
                () -> preparation::prepare,
                new VerifiedCheckpoints());
    }

    private RunResult standBy(int last) throws IOException {
        return standBy(config(last, 2, "run.lease_seconds=2"));
    }

    private RunResult standBy(WeftConfig config) throws IOException {
        return new TrainingRun(SparkApplication.within(context), progress(), StopSource.NONE)
                .standBy(config, () -> () -> subject(config, 4, 10, () -> null));
    }
}
