package org.weft.driver.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.Notice;
import org.weft.coordinator.RunEvent;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunWindows;
import org.weft.driver.progress.StepRecord;

/** What the coordinator tells becomes records, each once. */
class RunRecorderTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final AtomicLong clock = new AtomicLong(1_764_000_000_000L);

    @Test
    void aStepHasItsKeys() throws IOException {
        RunRecorder recorder = recorder(0, 1e9 / 8192);
        try (MetricsLog log = log()) {
            recorder.stepDone(step(1, 1e9 / 0.123456));
            recorder.evaluated(1, new Evaluation(3.25, List.of()));
            recorder.evaluated(1, new Evaluation(9.0, List.of())); // again, after a server was lost
            recorder.stepDone(step(2, 0));
            recorder.toWrite().forEach(log::write);
            log.write(recorder.checkpoint(2, 12.345, 678, null));
        }
        List<String> lines = lines();
        assertThat(lines.get(0))
                .isEqualTo("{\"step\":1,\"loss\":9.5,\"learning_rate\":6.0E-4,\"grad_norm\":1.5,\"tokens\":2048,"
                        + "\"tokens_per_second\":8192,\"mfu\":0.1235,\"step_millis\":250.0,\"wait_millis\":12.3,"
                        + "\"push_bytes\":100,\"pull_bytes\":200,\"workers\":[{\"worker\":0,\"lanes\":4,\"compute_millis\":200.0,"
                        + "\"wait_millis\":12.3,\"peak_resident_mib\":300}],\"time\":\"2025-11-24T16:00:00Z\"}");
        assertThat(lines.get(1)).isEqualTo("{\"step\":1,\"val_loss\":3.25,\"time\":\"2025-11-24T16:00:00Z\"}");
        assertThat(JSON.readTree(lines.get(2)).has("mfu")).isFalse();
        assertThat(lines.get(3))
                .isEqualTo("{\"step\":2,\"checkpoint_stall_millis\":12.3,\"checkpoint_millis\":678.0,"
                        + "\"time\":\"2025-11-24T16:00:00Z\"}");
        assertThat(lines).as("there and back again").allSatisfy(line -> assertThat(RecordFormat.parse(line))
                .singleElement()
                .extracting(RecordFormat::line)
                .isEqualTo(line));
    }

    @Test
    void aPrivateRunsStepsSayWhatTheyComeTo() {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: /x}",
                List.of(
                        "training.clip_norm=0",
                        "privacy.noise_multiplier=1",
                        "privacy.target_delta=1.0e-5",
                        "privacy.seed_variable=SEED"));
        GradientPrivacy privacy = GradientPrivacy.of(config, 1000, "a secret of many bytes".getBytes(UTF_8));
        RunRecorder recorder = new RunRecorder(plan(0, 1), RunWindows.open(List.of(), null), privacy, clock::get);
        recorder.stepDone(step(7, 0));
        assertThat(recorder.toWrite()).singleElement().isInstanceOfSatisfying(StepRecord.class, record -> {
            assertThat(record.figures()).isEqualTo(Map.of("privacy_epsilon", privacy.epsilon(7)));
            assertThat(RecordFormat.parse(RecordFormat.line(record))).containsExactly(record);
        });
    }

    @Test
    void aReplayLeavesNoSecondLine() {
        RunRecorder recorder = recorder(0, 1);
        for (int step : new int[] {1, 2, 3, 2, 3, 4}) {
            recorder.stepDone(step(step, 0));
        }
        assertThat(recorder.toWrite()).extracting(record -> record.step()).containsExactly(1, 2, 3, 4);
        assertThat(recorder.toWrite()).as("once").isEmpty();
    }

    @Test
    void saysWhatALossCost() {
        RunRecorder recorder = recorder(0, 1);
        recorder.notice(new Notice(RunEvent.JOINED, "worker 0", "1", "worker 0 joined"));
        for (int step = 1; step <= 5; step++) {
            stepAfter(recorder, step, 100);
        }
        recorder.notice(new Notice(RunEvent.LOST, "server 1", "2", "server 1 is lost"));
        recorder.generationBegan(2, 3);
        recorder.notice(new Notice(RunEvent.GENERATION, "", "", "generation 2 starts at step 3"));
        stepAfter(recorder, 4, 900);
        stepAfter(recorder, 5, 100);
        stepAfter(recorder, 6, 100);
        stepAfter(recorder, 7, 100);
        List<String> lines = recorder.toWrite().stream()
                .map(RecordFormat::line)
                .filter(line -> line.contains("event"))
                .toList();
        assertThat(lines)
                .containsExactly(
                        "{\"step\":0,\"event\":\"joined\",\"generation\":1,\"member\":\"worker 0\",\"executor\":\"1\","
                                + "\"text\":\"worker 0 joined\",\"time\":\"2025-11-24T16:00:00Z\"}",
                        "{\"step\":5,\"event\":\"lost\",\"generation\":1,\"member\":\"server 1\",\"executor\":\"2\","
                                + "\"text\":\"server 1 is lost\",\"time\":\"2025-11-24T16:00:00.500Z\"}",
                        "{\"step\":3,\"event\":\"generation\",\"generation\":2,\"text\":\"generation 2 starts at step 3\","
                                + "\"time\":\"2025-11-24T16:00:00.500Z\"}",
                        "{\"step\":6,\"event\":\"recovered\",\"generation\":2,\"text\":\"the loss cost 1000 ms, 2 steps were"
                                + " done again\",\"cost_millis\":1000,\"replayed_steps\":2,\"time\":\"2025-11-24T16:00:01.600Z\"}");
    }

    @Test
    void textsHaveNoCredentials() {
        RunRecorder recorder = recorder(0, 1);
        recorder.notice(
                new Notice(RunEvent.LOST, "worker 0", "", "worker 0 failed: s3a://key:secret@bucket/run is away"));
        recorder.checkpointFailed(2, "cannot write s3a://key:secret@bucket/run");
        recorder.event(RunEvent.STARTED, "from http://user:secret@host/");
        assertThat(recorder.toWrite()).hasSize(3).allSatisfy(record -> assertThat(RecordFormat.line(record))
                .containsAnyOf("//bucket/run", "//host/")
                .doesNotContain("secret"));
    }

    private void stepAfter(RunRecorder recorder, int step, long millis) {
        clock.addAndGet(millis);
        recorder.stepDone(step(step, 0));
    }

    private RunRecorder recorder(int startStep, double flopsPerToken) {
        return new RunRecorder(plan(startStep, flopsPerToken), RunWindows.open(List.of(), null), clock::get);
    }

    private RunPlan plan(int startStep, double flopsPerToken) {
        Quadratic workload = new Quadratic(4);
        return new RunPlan(
                ConfigLoader.load("test", "run: {dir: '" + directory + "'}", List.of()),
                workload.layout(),
                8,
                flopsPerToken,
                startStep,
                0,
                "",
                1,
                List.of(),
                true,
                1000);
    }

    private MetricsLog log() throws IOException {
        return MetricsLog.open(HadoopStore.local(), RunDirectory.of(directory.toString()), 0);
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(directory.resolve("metrics.jsonl"));
    }

    /** Of a peak at which the step's utilisation comes to {@code flopsPerToken * 8192 / peakFlops}. */
    private static RunListener.Step step(int step, double peakFlops) {
        return new RunListener.Step(
                step,
                9.5,
                6e-4,
                1.5,
                2048,
                250,
                List.of(new RunListener.WorkerTime(0, 4, 200, 12.345, 100, 200, 300L << 20)),
                peakFlops,
                false,
                Map.of());
    }
}
