package org.weft.monitoring.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.driver.lease.StandbySight;
import org.weft.driver.progress.RecordFormat;
import org.weft.monitoring.Records;

/** Runs as their files tell of them. */
class RunScanTest {
    @TempDir
    private Path home;

    @Test
    void eachRunHasItsState() throws Exception {
        new RunsOnDisk(home)
                .run(
                        "a-done",
                        20,
                        "true",
                        Records.evaluation(10, 2.0),
                        Records.evaluation(20, 2.5),
                        RunsOnDisk.ended(RunEvent.ENDED, 20));
        new RunsOnDisk(home).run("b-failed", 4, "true", RunsOnDisk.ended(RunEvent.FAILED, 4));
        new RunsOnDisk(home).run("c-runs", 5, "false");
        new RunsOnDisk(home).run("d-old", 20, "");
        new RunsOnDisk(home).run("sweep/runs/e-stopped", 6, "true", RunsOnDisk.ended(RunEvent.STOPPED, 6));
        Files.createDirectories(home.resolve("a-done/checkpoints/x/driver.lease"));
        Files.writeString(home.resolve("c-runs/driver.lease/standby-0a.json"), """
                {"format_version": 1, "driver": {"host": "h2", "process": 8, "application": "b"},
                 "started": "2026-01-01T00:00:00Z", "sign_seconds": 10, "sequence": 2}
                """);

        List<RunFacts> runs = new RunScan(RunsOnDisk.STORE, System.currentTimeMillis()).under(home.toString());
        assertThat(runs)
                .extracting(RunFacts::state)
                .containsExactly(RunState.ENDED, RunState.FAILED, RunState.RUNNING, RunState.ENDED, RunState.STOPPED);
        RunFacts done = runs.get(0);
        assertThat(done.bestLoss()).isEqualTo(2.0);
        assertThat(done.bestStep()).isEqualTo(10);
        assertThat(done.tokens()).isEqualTo(20 * 128);
        assertThat(done.loss()).isEqualTo(Records.loss(20));
        assertThat(done.tokensPerSecond()).isEqualTo(1280);

        assertThat(runs.get(2).standbys()).extracting(StandbySight::host).containsExactly("h2");
        assertThat(new RunTable(home.toString(), runs, System.currentTimeMillis()).render(false))
                .contains("running on h1, standby h2");

        long later = System.currentTimeMillis() + 60_000;
        assertThat(new RunScan(RunsOnDisk.STORE, later)
                        .of(home.resolve("c-runs").toString())
                        .standbys())
                .as("one that says nothing any more")
                .isEmpty();
        assertThat(new RunScan(RunsOnDisk.STORE, later)
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
    void aRunMayHaveAnyNameAndOneDirectoryHidesNoOther() throws Exception {
        for (String name : List.of("base", "imported", "plain", "plain/base")) {
            new RunsOnDisk(home).run(name, 3, "true", RunsOnDisk.ended(RunEvent.STOPPED, 3));
        }
        Files.createDirectories(home.resolve("closed"));
        RunScan scan = new RunScan(RunsOnDisk.refusing("list", "/closed", () -> true), System.currentTimeMillis());
        assertThat(scan.under(home.toString()))
                .extracting(RunFacts::path)
                .as("what a run keeps inside is none")
                .containsExactly(home + "/base", home + "/imported", home + "/plain");
        assertThat(scan.unreadable()).containsEntry(home + "/closed", "not for you");
    }

    @Test
    void aFileThatGrowsIsReadOnceAndOneThatIsReplacedAnew() throws Exception {
        Path run = new RunsOnDisk(home).run("grows", 3, "");
        List<String> told = new ArrayList<>();
        GrowingLines lines =
                new GrowingLines(RunsOnDisk.STORE, run.resolve("metrics.jsonl").toString(), 1 << 16);
        assertThat(lines.poll(told::add)).isFalse();
        assertThat(told).hasSize(3);
        Files.writeString(run.resolve("metrics.jsonl"), "{\"half", StandardOpenOption.APPEND);
        lines.poll(told::add);
        assertThat(told).hasSize(3);
        Files.writeString(run.resolve("metrics.jsonl"), "\": 1}\n", StandardOpenOption.APPEND);
        lines.poll(told::add);
        assertThat(told).hasSize(4).endsWith("{\"half\": 1}");

        Files.writeString(run.resolve("metrics.jsonl"), RunsOnDisk.lines(List.of(Records.step(1), Records.step(2))));
        told.clear();
        assertThat(lines.poll(told::add)).isTrue();
        assertThat(told).hasSize(2);
    }

    @Test
    void onlyTheEndOfALongFileIsRead() throws Exception {
        Path run = new RunsOnDisk(home).run("long", 500, "");
        List<String> told = new ArrayList<>();
        new GrowingLines(RunsOnDisk.STORE, run.resolve("metrics.jsonl").toString(), 2000).poll(told::add);
        assertThat(told).hasSizeBetween(3, 20).allSatisfy(line -> assertThat(line)
                .startsWith("{\"step\""));
        assertThat(told.get(told.size() - 1)).isEqualTo(RecordFormat.line(Records.step(500)));
    }
}
