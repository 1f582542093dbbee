package org.weft.monitoring.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.core.Threads;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.monitoring.Records;

/** A run as somebody sees it who only looks on. */
class RunWatchTest {
    @TempDir
    private Path home;

    @Test
    void aRunIsWatchedToItsEnd() throws Exception {
        Path run = new RunsOnDisk(home).run("watched", 3, "false");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Script script = new Script();
        script.atLook(2, () -> {
            RunsOnDisk.append(run, Records.step(4), Records.evaluation(4, 1.25));
            RunsOnDisk.lease(run, 2, "false");
        });
        script.atLook(
                15,
                () -> { // Silent for 12 seconds by then.
                    assertThat(said.toString(StandardCharsets.UTF_8)).contains("no sign of life for", "host h1");
                    RunsOnDisk.append(run, RunsOnDisk.ended(RunEvent.STOPPED, 4));
                    RunsOnDisk.lease(run, 3, "true");
                });
        RunWatch watch = watch(RunsOnDisk.STORE, run, said, script);
        assertThat(watch.untilEnd()).isEqualTo(RunState.STOPPED);
        assertThat(watch.lastStep().step()).isEqualTo(4);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("step 3/20", "validation: loss 1.2500", "step 4  stopped: stopped <at> 4");
        assertThat(Files.list(run.resolve("driver.lease")).toList()).hasSize(1);
    }

    @Test
    void storageThatFailsForAWhileEndsNoWatch() throws Exception {
        Path run = new RunsOnDisk(home).run("hiccup", 3, "false");
        AtomicBoolean away = new AtomicBoolean();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Script script = new Script();
        script.atLook(2, () -> away.set(true));
        script.atLook(40, () -> {
            assertThat(said.toString(StandardCharsets.UTF_8)).containsOnlyOnce("cannot be read, which is tried again");
            away.set(false);
        });
        script.atLook(42, () -> {
            RunsOnDisk.append(run, RunsOnDisk.ended(RunEvent.STOPPED, 3));
            RunsOnDisk.lease(run, 2, "true");
        });
        assertThat(watch(RunsOnDisk.refusing("open", "metrics.jsonl", away::get), run, said, script)
                        .untilEnd())
                .isEqualTo(RunState.STOPPED);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("can be read again")
                .doesNotContain("seems dead");
    }

    @Test
    void storageThatStaysAwayIsNotWaitedForForEver() throws Exception {
        Path run = new RunsOnDisk(home).run("away", 3, "false");
        Script script = new Script();
        RunWatch watch = watch(
                RunsOnDisk.refusing("open", "metrics.jsonl", () -> script.looks >= 2),
                run,
                new ByteArrayOutputStream(),
                script);
        assertThatThrownBy(watch::untilEnd).isInstanceOf(IOException.class);
        assertThat(script.looks).isBetween(100, 103);
    }

    @Test
    void aRunThatWentBackTellsItsPastNoSecondTime() throws Exception {
        Path run = new RunsOnDisk(home).run("back", 3, "false");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Script script = new Script();
        script.atLook(2, () -> RunsOnDisk.append(run, Records.evaluation(3, 1.25), Records.step(4)));
        script.atLook(
                4,
                () -> Files.writeString(
                        run.resolve("metrics.jsonl"),
                        RunsOnDisk.lines(List.of(
                                Records.step(1), Records.step(2), Records.step(3), Records.evaluation(3, 1.25)))));
        script.atLook(6, () -> {
            RunsOnDisk.append(run, RunsOnDisk.ended(RunEvent.STOPPED, 3));
            RunsOnDisk.lease(run, 2, "true");
        });
        RunWatch watch = watch(RunsOnDisk.STORE, run, said, script);
        assertThat(watch.untilEnd()).isEqualTo(RunState.STOPPED);
        assertThat(watch.lastStep().step()).isEqualTo(3);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("validation: loss 1.2500")
                .contains("the run went back", "step 3  stopped");
    }

    private static RunWatch watch(Store store, Path run, ByteArrayOutputStream said, Script script) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new RunWatch(store, RunDirectory.of(run.toString()), new Progress(out, false, script::nanoTime), script);
    }

    @Test
    void aDeadDriverIsNotWaitedForForEver() throws Exception {
        Path run = new RunsOnDisk(home).run("dead", 3, "false");
        Script script = new Script();
        Progress silent = new Progress(new PrintStream(new ByteArrayOutputStream()), false, script::nanoTime);
        RunWatch watch = new RunWatch(RunsOnDisk.STORE, RunDirectory.of(run.toString()), silent, script);
        assertThat(watch.untilEnd()).isEqualTo(RunState.DEAD);
        assertThat(script.looks).isBetween(100, 103);
    }

    /** A clock that goes on with each pause, and what happens meanwhile. */
    private static final class Script implements Threads {
        private final Map<Integer, Deed> deeds = new HashMap<>();
        private long nanos;
        private int looks;

        interface Deed {
            void run() throws IOException;
        }

        void atLook(int look, Deed deed) {
            deeds.put(look, deed);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(long millis) {
            nanos += millis * 1_000_000;
            looks++;
            try {
                if (deeds.containsKey(looks)) {
                    deeds.get(looks).run();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public <T> T await(CompletableFuture<T> future, long limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ExecutorService single(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ScheduledExecutorService timer(String name) {
            throw new UnsupportedOperationException();
        }
    }
}
