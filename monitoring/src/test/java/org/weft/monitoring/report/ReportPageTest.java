package org.weft.monitoring.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RecordFormat;
import org.weft.monitoring.Records;
import org.weft.monitoring.ThinnedSeries;

class ReportPageTest {
    private static final String EVIL = "<script>alert(1)</script>";

    @TempDir
    private Path home;

    @Test
    void thePageSaysHowTheRunWent() throws Exception {
        Files.writeString(
                home.resolve("config.yaml"),
                "run: {name: \"" + EVIL
                        + "\", dir: \"/run\"}\ntraining: {steps: 40, warmup_steps: 1}\nmodel: {heads: 4, width: 64}\n");
        String steps = IntStream.rangeClosed(1, 10)
                .mapToObj(step -> RecordFormat.line(Records.step(step, Map.of("loss_web", 2.5))) + "\n")
                .collect(Collectors.joining());
        Files.writeString(
                home.resolve("metrics.jsonl"),
                RecordFormat.line(Records.event(RunEvent.STARTED, 0, Records.time(0), null)) + "\n" + steps
                        + RecordFormat.line(Records.evaluation(10, 1.5)) + "\n"
                        + RecordFormat.line(new CheckpointRecord(10, Records.time(10), 12.5, 340, Double.NaN)) + "\n"
                        + RecordFormat.line(Records.event(RunEvent.LOST, 10, Records.time(11), null)) + "\n"
                        + RecordFormat.line(
                                Records.event(RunEvent.RECOVERED, 10, Records.time(14), new EventRecord.Cost(3210, 4)))
                        + "\n" + RecordFormat.line(Records.event(RunEvent.RESUMED, 10, Records.time(70), null))
                        + "\n{\"step\": 11, \"half");

        String page = ReportPage.of(HadoopStore.local(), RunDirectory.of(home.toString()));
        assertThat(page)
                .doesNotContain("<script")
                .contains("&lt;script&gt;alert(1)", "step 10 of 40", "1.5000", "Time line", "3.21 s, 4 steps again")
                .as("from the last step that counts until the run goes on")
                .contains("Training loss by source, nats a target", "loss_web")
                .contains("60.00 s", "12.5 ms", "model.width", "lost &lt;at&gt; 10")
                .endsWith("</html>\n");
        assertThat(page.split("<polyline", -1)).hasSizeGreaterThan(6);
    }

    @Test
    void aRunOfEarlierVersionsHasNoTimes() throws Exception {
        Files.writeString(home.resolve("metrics.jsonl"), """
                {"step":1,"loss":5.0,"learning_rate":0.1,"grad_norm":1.0,"tokens":10,"tokens_per_second":5,"step_millis":2000.0,"wait_millis":1.0,"push_bytes":1,"pull_bytes":1,"workers":[]}
                {"step":1,"checkpoint_stall_millis":1.0,"checkpoint_millis":2.0}
                """);
        String page = ReportPage.of(HadoopStore.local(), RunDirectory.of(home.toString()));
        assertThat(page).contains("5.0000", "Checkpoints").doesNotContain("Time line");
    }

    @Test
    void aRestCostsNothing() {
        RunHistory history = new RunHistory();
        history.add(Records.step(1));
        history.add(Records.event(RunEvent.STOPPED, 1, Records.time(2), null));
        history.add(Records.event(RunEvent.RESUMED, 1, Records.time(50_000), null));
        history.add(Records.step(2));
        history.add(Records.event(RunEvent.RESUMED, 1, Records.time(9), null));
        assertThat(history.events())
                .extracting(RunHistory.Happened::costMillis)
                .containsExactly(Double.NaN, Double.NaN, 7000.0);
    }

    @Test
    void memoryIsBoundedForMillionsOfSteps() {
        ThinnedSeries series = new ThinnedSeries();
        int steps = 1_000_000;
        for (int step = 1; step <= steps; step++) {
            series.add(step, step == 777_777 ? 1e6 : 2);
        }
        assertThat(series.points()).isEqualTo(steps);
        assertThat(series.x().length).isBetween(ThinnedSeries.MOST / 2, ThinnedSeries.MOST);
        assertThat(series.x()).isSorted();
        assertThat(series.x()[0]).isEqualTo((1 + series.share()) / 2.0);
        assertThat(series.most()).contains(1e6);
        assertThat(series.mean()).isCloseTo(3.0, Offset.offset(1e-3));

        RunHistory history = new RunHistory();
        for (int i = 0; i < 10_000; i++) {
            history.add(Records.event(RunEvent.LOST, i, Records.time(i), null));
            history.add(new CheckpointRecord(i, Records.time(i), 2, 3, Double.NaN));
        }
        assertThat(history.events()).hasSize(RunHistory.MOST_TOLD);
        assertThat(history.untold()).isEqualTo(2 * (10_000 - RunHistory.MOST_TOLD));
        assertThat(history.committed()).isEqualTo(10_000);
        assertThat(history.stallMillis()).isEqualTo(20_000);
        assertThat(history.events().get(0).event().step()).isZero();
        assertThat(history.kinds()).containsEntry("lost", 10_000);
    }
}
