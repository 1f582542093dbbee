package org.weft.monitoring.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.monitoring.Records;

class MlflowWindowTest {
    private static final Map<String, String> SETTINGS = Map.of("training.steps", "100", "model.width", "");

    @TempDir
    private Path home;

    private final AtomicLong nanos = new AtomicLong();
    private TrackingServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = new TrackingServer();
        Files.writeString(home.resolve("config.yaml"), "run: {name: a run, dir: /run}\n");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private MlflowWindow window(Map<String, String> environment) {
        RunDirectory run = RunDirectory.of(home.toUri().getPath().replaceFirst("/$", ""));
        MlflowEntry entry = new MlflowEntry(HadoopStore.local(), run, "sea", "app-1");
        return new MlflowWindow(new MlflowServer(server.uri() + "/", environment), entry, nanos::get);
    }

    private void record(MlflowWindow window, int from, int to) throws Exception {
        for (int step = from; step <= to; step++) {
            nanos.addAndGet(6_000_000_000L);
            Files.writeString(
                    home.resolve("metrics.jsonl"),
                    RecordFormat.line(Records.step(step)) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            window.record(Records.step(step));
        }
    }

    private static RunOutcome outcome(RunEvent event, int step) {
        return new RunOutcome(event, step, "over");
    }

    @Test
    void aRunIsToldFromItsBeginningToItsEnd() throws Exception {
        MlflowWindow window = window(Map.of());
        TreeMap<String, String> many = new TreeMap<>(SETTINGS);
        IntStream.range(0, 250).forEach(i -> many.put("section.key" + i, "x".repeat(7000)));
        window.opened(Records.description(0, false, many));
        record(window, 1, 3);
        window.record(Records.evaluation(3, 2.5));
        window.closed(outcome(RunEvent.ENDED, 3));

        assertThat(server.experiments).containsKey("sea");
        assertThat(server.parameters).hasSize(252).containsEntry("training.steps", "100");
        assertThat(server.parameters.get("section.key9")).hasSize(6000);
        assertThat(server.steps()).containsExactly(1, 2, 3);
        assertThat(server.metrics.get(0).path("value").asDouble()).isEqualTo(Records.loss(1));
        assertThat(server.metrics.get(0).path("timestamp").asLong()).isEqualTo(Records.time(1));
        assertThat(server.metrics)
                .anyMatch(metric -> metric.path("key").asText().equals("val/loss"));
        assertThat(server.status).isEqualTo("FINISHED");
        assertThat(server.artifacts.keySet())
                .containsExactly("7/run1/artifacts/config.yaml", "7/run1/artifacts/report.html");
        assertThat(new String(server.artifacts.get("7/run1/artifacts/report.html"), StandardCharsets.UTF_8))
                .contains("a run");
        assertThat(server.tags).containsEntry("weft.outcome", "over").containsEntry("weft.application", "app-1");
    }

    @Test
    void aRunThatGoesOnIsTheSameRunAndTellsNothingTwice() throws Exception {
        MlflowWindow first = window(Map.of());
        first.opened(Records.description(0, false, SETTINGS));
        record(first, 1, 5);
        assertThat(server.steps()).containsExactly(1, 2, 3, 4, 5);

        MlflowWindow second = window(Map.of());
        Map<String, String> fewer = Map.of("training.steps", "100", "model.width", "", "cluster.workers", "1");
        second.opened(Records.description(3, true, fewer));
        record(second, 4, 7);
        second.closed(outcome(RunEvent.STOPPED, 7));
        assertThat(server.runs).isEqualTo(1);
        assertThat(server.steps()).containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(server.status).isEqualTo("KILLED");
    }

    @Test
    void anotherConfigurationsNumbersAreTold() throws Exception {
        MlflowWindow first = window(Map.of());
        first.opened(Records.description(0, false, SETTINGS));
        record(first, 1, 5);
        MlflowWindow second = window(Map.of());
        second.opened(Records.description(3, true, Map.of("training.steps", "50", "model.width", "")));
        record(second, 4, 5);
        assertThat(server.steps()).containsExactly(1, 2, 3, 4, 5, 4, 5);
        assertThat(server.parameters).containsEntry("training.steps", "100");
        assertThat(server.tags).containsEntry("weft.from_step_3.training.steps", "50");
    }

    @Test
    void whatAServerMissedComesLater() throws Exception {
        server.refuseWith = 503;
        MlflowWindow first = window(Map.of());
        first.opened(Records.description(0, false, SETTINGS));
        record(first, 1, 2);
        server.refuseWith = 0;
        nanos.addAndGet(100_000_000_000L);
        record(first, 3, 3);
        assertThat(server.steps()).containsExactly(1, 2, 3);

        server.refuseWith = 503;
        record(first, 4, 6);
        first.closed(outcome(RunEvent.FAILED, 6));
        server.refuseWith = 0;
        MlflowWindow second = window(Map.of());
        second.opened(Records.description(6, true, SETTINGS));
        assertThat(server.steps()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(server.runs).isEqualTo(1);
    }

    @Test
    void credentialsComeFromTheEnvironmentAndStandInNoMessage() throws Exception {
        Map<String, String> environment =
                Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "hush-hush");
        window(environment).opened(Records.description(0, false, SETTINGS));
        assertThat(server.authorizations).containsOnly("Basic YW5uOmh1c2gtaHVzaA==");
        server.authorizations.clear();
        window(Map.of("MLFLOW_TRACKING_TOKEN", "t0ken")).opened(Records.description(0, false, SETTINGS));
        assertThat(server.authorizations).containsOnly("Bearer t0ken");

        server.refuseWith = 401;
        MlflowServer denied = new MlflowServer(server.uri(), environment);
        assertThatThrownBy(() -> MlflowWindows.requireMlflow(denied, "sea"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("status 401")
                .hasMessageNotContaining("hush");
    }

    @Test
    void aSecretThatCannotBeOneIsNamedAndNotShown() throws Exception {
        window(Map.of("MLFLOW_TRACKING_TOKEN", "t0ken\n")).opened(Records.description(0, false, SETTINGS));
        assertThat(server.authorizations).containsOnly("Bearer t0ken");
        for (String name : List.of("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")) {
            assertThatThrownBy(() -> new MlflowServer(server.uri(), Map.of(name, "hush\nhush")))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining(name)
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void theConfigurationIsLaidDownWithoutItsCredentials() throws Exception {
        Files.writeString(home.resolve("config.yaml"), "corpus: {input: \"ftp://ann:hush@host/a\"}\n");
        MlflowWindow window = window(Map.of());
        window.opened(Records.description(0, false, SETTINGS));
        window.closed(outcome(RunEvent.ENDED, 0));
        assertThat(new String(server.artifacts.get("7/run1/artifacts/config.yaml"), StandardCharsets.UTF_8))
                .isEqualTo("corpus: {input: \"ftp://host/a\"}\n");
    }

    @Test
    void storageThatFailsBeginsNoSecondRun() throws Exception {
        Path link = Files.createDirectories(home.resolve("mlflow.json/in-the-way"));
        MlflowWindow window = window(Map.of());
        window.opened(Records.description(0, false, SETTINGS));
        record(window, 1, 3);
        assertThat(server.steps()).isEmpty();
        Files.delete(link);
        Files.delete(link.getParent());
        nanos.addAndGet(100_000_000_000L);
        record(window, 4, 4);
        assertThat(server.steps()).containsExactly(1, 2, 3, 4);
        assertThat(server.runs).isEqualTo(1);
        assertThat(home.resolve("mlflow.json")).content().contains("run1");
    }

    @Test
    void whatIsTooMuchToKeepIsReadFromTheLog() throws Exception {
        MlflowWindow window = window(Map.of());
        window.opened(Records.description(0, false, SETTINGS));
        server.refuseWith = 404; // Of something that stands before it.
        List<RunRecord> records = new ArrayList<>();
        IntStream.rangeClosed(1, 10).forEach(step -> records.add(Records.step(step)));
        records.add(3, Records.evaluation(3, 1.5));
        for (int i = 0; i < MlflowWindow.MOST_PENDING - 7; i++) { // Have no numbers.
            records.add(Records.event(RunEvent.JOINED, 10, Records.time(10), null));
        }
        records.add(Records.step(11));
        Files.write(
                home.resolve("metrics.jsonl"),
                records.stream().map(RecordFormat::line).toList());
        for (RunRecord record : records) {
            window.record(record);
        }
        server.refuseWith = 0;
        window.closed(outcome(RunEvent.ENDED, 11));
        assertThat(server.steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(server.metrics)
                .filteredOn(metric -> metric.path("key").asText().equals("val/loss"))
                .hasSize(1);
    }

    @Test
    @Timeout(30)
    void anAnswerThatStallsIsNotWaitedFor() {
        server.stall = true;
        MlflowServer stalled = new MlflowServer(server.uri(), Map.of());
        stalled.timeout(Duration.ofMillis(300));
        assertThatThrownBy(() -> stalled.get("runs/get", "run_id", "1")).isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void whatIsNoMlflowIsToldAtTheStart() {
        server.refuseWith = 404;
        assertThatThrownBy(() -> MlflowWindows.requireMlflow(new MlflowServer(server.uri(), Map.of()), "sea"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("monitoring.mlflow: " + server.uri() + " answers with status 404");
        server.close(); // One that is not there may come.
        MlflowWindows.requireMlflow(new MlflowServer(server.uri(), Map.of()), "sea");
    }
}
