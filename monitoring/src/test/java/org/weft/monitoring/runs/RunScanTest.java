package org.weft.monitoring.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.core.Threads;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;
import org.weft.monitoring.Records;

/** Runs as their files tell of them. */
class RunScanTest {
    private static final HadoopStore STORE = HadoopStore.local();

    @TempDir
    private Path home;

    private Path run(String name, int steps, String lease, RunRecord... more) throws IOException {
        Path run = Files.createDirectories(home.resolve(name));
        Files.writeString(
                run.resolve("config.yaml"),
                "run: {name: " + name
                        + ", dir: /run}\ntraining: {steps: 20, warmup_steps: 1}\nmodel: {heads: 4, width: " + 64 * steps
                        + "}\n");
        List<RunRecord> records = new ArrayList<>();
        IntStream.rangeClosed(1, steps).forEach(step -> records.add(Records.step(step)));
        records.addAll(List.of(more));
        Files.writeString(run.resolve("metrics.jsonl"), lines(records));
        if (!lease.isEmpty()) {
            lease(run, 1, lease);
        }
        return run;
    }

    private static void lease(Path run, int sequence, String released) throws IOException {
        Files.createDirectories(run.resolve("driver.lease"));
        Files.writeString(run.resolve("driver.lease/term-00000001.json"), """
                {"format_version": 1, "term": 1, "owner": "o", "driver": {"host": "h1", "process": 7, "application": "a"},
                 "started": "2026-01-01T00:00:00Z", "lease_seconds": 10, "sequence": %d, "generation": 1, "released": %s}
                """.formatted(sequence, released));
    }

    private static String lines(List<RunRecord> records) {
        return records.stream().map(RecordFormat::line).collect(Collectors.joining("\n", "", "\n"));
    }

    private static RunRecord ended(RunEvent how, int step) {
        return Records.event(how, step, Records.time(step), null);
    }

    @Test
    void eachRunHasItsState() throws Exception {
        run("a-done", 20, "true", Records.evaluation(10, 2.0), Records.evaluation(20, 2.5), ended(RunEvent.ENDED, 20));
        run("b-failed", 4, "true", ended(RunEvent.FAILED, 4));
        run("c-runs", 5, "false");
        run("d-old", 20, "");
        run("sweep/runs/e-stopped", 6, "true", ended(RunEvent.STOPPED, 6));
        Files.createDirectories(home.resolve("a-done/checkpoints/x/driver.lease"));

        List<RunFacts> runs = new RunScan(STORE, System.currentTimeMillis()).under(home.toString());
        assertThat(runs)
                .extracting(RunFacts::state)
                .containsExactly(RunState.ENDED, RunState.FAILED, RunState.RUNNING, RunState.ENDED, RunState.STOPPED);
        RunFacts done = runs.get(0);
        assertThat(done.bestLoss()).isEqualTo(2.0);
        assertThat(done.bestStep()).isEqualTo(10);
        assertThat(done.tokens()).isEqualTo(20 * 128);
        assertThat(done.loss()).isEqualTo(Records.loss(20));
        assertThat(done.tokensPerSecond()).isEqualTo(1280);

        long later = System.currentTimeMillis() + 60_000;
        assertThat(new RunScan(STORE, later)
                        .of(home.resolve("c-runs").toString())
                        .state())
                .isEqualTo(RunState.DEAD);

        String table = new RunTable(home.toString(), runs, later).render(true);
        assertThat(table)
                .contains("running on h1", "sweep/runs/e-stopped", "2.0000 @10", "20/20", "model.width\n  a-done: 1280")
                .doesNotContain("run.name");
        assertThat(new RunTable(home.toString(), runs, later).render(false))
                .contains("They differ in model.width: --diff shows how.");
    }

    @Test
    void aFileThatGrowsIsReadOnceAndOneThatIsReplacedAnew() throws Exception {
        Path run = run("grows", 3, "");
        List<String> told = new ArrayList<>();
        GrowingLines lines =
                new GrowingLines(STORE, run.resolve("metrics.jsonl").toString(), 1 << 16);
        assertThat(lines.poll(told::add)).isFalse();
        assertThat(told).hasSize(3);
        Files.writeString(run.resolve("metrics.jsonl"), "{\"half", StandardOpenOption.APPEND);
        lines.poll(told::add);
        assertThat(told).hasSize(3);
        Files.writeString(run.resolve("metrics.jsonl"), "\": 1}\n", StandardOpenOption.APPEND);
        lines.poll(told::add);
        assertThat(told).hasSize(4).endsWith("{\"half\": 1}");

        Files.writeString(run.resolve("metrics.jsonl"), lines(List.of(Records.step(1), Records.step(2))));
        told.clear();
        assertThat(lines.poll(told::add)).isTrue();
        assertThat(told).hasSize(2);
    }

    @Test
    void onlyTheEndOfALongFileIsRead() throws Exception {
        Path run = run("long", 500, "");
        List<String> told = new ArrayList<>();
        new GrowingLines(STORE, run.resolve("metrics.jsonl").toString(), 2000).poll(told::add);
        assertThat(told).hasSizeBetween(3, 20).allSatisfy(line -> assertThat(line)
                .startsWith("{\"step\""));
        assertThat(told.get(told.size() - 1)).isEqualTo(RecordFormat.line(Records.step(500)));
    }

    @Test
    void aRunIsWatchedToItsEnd() throws Exception {
        Path run = run("watched", 3, "false");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Script script = new Script();
        script.atLook(2, () -> {
            append(run, Records.step(4), Records.evaluation(4, 1.25));
            lease(run, 2, "false");
        });
        script.atLook(
                15,
                () -> { // Silent for 12 seconds by then.
                    assertThat(said.toString(StandardCharsets.UTF_8)).contains("no sign of life for", "host h1");
                    append(run, ended(RunEvent.STOPPED, 4));
                    lease(run, 3, "true");
                });
        RunWatch watch = new RunWatch(
                STORE,
                RunDirectory.of(run.toString()),
                new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), false, script::nanoTime),
                script);
        assertThat(watch.untilEnd()).isEqualTo(RunState.STOPPED);
        assertThat(watch.lastStep().step()).isEqualTo(4);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("step 3/20", "validation: loss 1.2500", "step 4  stopped: stopped <at> 4");
        assertThat(Files.list(run.resolve("driver.lease")).toList()).hasSize(1);
    }

    @Test
    void aDeadDriverIsNotWaitedForForEver() throws Exception {
        Path run = run("dead", 3, "false");
        Script script = new Script();
        Progress silent = new Progress(new PrintStream(new ByteArrayOutputStream()), false, script::nanoTime);
        RunWatch watch = new RunWatch(STORE, RunDirectory.of(run.toString()), silent, script);
        assertThat(watch.untilEnd()).isEqualTo(RunState.DEAD);
        assertThat(script.looks).isBetween(100, 103);
    }

    private static void append(Path run, RunRecord... records) throws IOException {
        Files.writeString(run.resolve("metrics.jsonl"), lines(List.of(records)), StandardOpenOption.APPEND);
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
