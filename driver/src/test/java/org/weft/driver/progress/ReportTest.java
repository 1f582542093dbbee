package org.weft.driver.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/** What a run tells: metrics for machines, progress for people. */
class ReportTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // It wraps around on the way.

    @Test
    void aResumedRunKeepsTheLinesUpToItsFirstStep() throws IOException {
        try (MetricsLog log = MetricsLog.open(store, RunDirectory.of(directory.toString()), 0)) {
            for (int step = 1; step <= 5; step++) {
                log.write(step(step));
            }
        }
        List<String> before = lines();
        try (MetricsLog log = MetricsLog.open(store, RunDirectory.of(directory.toString()), 3)) {
            log.write(step(4));
        }
        assertThat(lines()).hasSize(4).startsWith(before.get(0), before.get(1), before.get(2));
        assertThat(JSON.readTree(lines().get(3)).path("step").intValue()).isEqualTo(4);
    }

    @Test
    void theLineThatAKilledDriverLeftHalfWrittenIsDropped() throws IOException {
        Files.writeString(file(), "{\"step\":1,\"loss\":1}\n\n17\n{\"loss\":1}\n{\"step\":2,\"lo");
        MetricsLog.open(store, RunDirectory.of(directory.toString()), 9).close();
        assertThat(lines()).containsExactly("{\"step\":1,\"loss\":1}");
    }

    @Test
    void theKeptLinesAreThereAtOnce() throws IOException {
        Files.writeString(file(), "{\"step\":1}\n");
        try (MetricsLog log = MetricsLog.open(store, RunDirectory.of(directory.toString()), 1)) {
            assertThat(lines()).containsExactly("{\"step\":1}");
            log.write(step(2));
        }
        assertThat(lines()).hasSize(2);
    }

    @Test
    void plainProgressIsALineEveryFiveSeconds() {
        Progress progress = progress(false);
        for (int step = 1; step <= 120; step++) {
            progress.step(standing(step, 200, 9.87654, 12345.6, Double.NaN, Duration.ofSeconds(3661)));
            nanos.addAndGet(100_000_000L);
        }
        assertThat(text().lines())
                .containsExactly(
                        "step 1/200  loss 9.8765  12,346 tokens/s  ETA 1:01:01",
                        "step 51/200  loss 9.8765  12,346 tokens/s  ETA 1:01:01",
                        "step 101/200  loss 9.8765  12,346 tokens/s  ETA 1:01:01");
    }

    @Test
    void theLastStepIsAlwaysShown() {
        Progress progress = progress(false);
        progress.step(standing(1, 2, 1, 10, Double.NaN, Duration.ofSeconds(61)));
        progress.step(standing(2, 2, 1, 10, 0.426, Duration.ZERO));
        assertThat(text().lines())
                .containsExactly(
                        "step 1/2  loss 1.0000  10 tokens/s  ETA 1:01",
                        "step 2/2  loss 1.0000  10 tokens/s  MFU 43%  ETA 0:00");
    }

    @Test
    void aTerminalHasABarThatIsDrawnOver() {
        Progress progress = progress(true);
        progress.step(standing(1, 4, 2, 10, Double.NaN, Duration.ofSeconds(9)));
        progress.step(standing(2, 4, 2, 10, Double.NaN, Duration.ofSeconds(6))); // Too soon.
        nanos.addAndGet(100_000_000L);
        progress.step(standing(3, 4, 2, 10, Double.NaN, Duration.ofSeconds(3)));
        progress.say("checkpoint of step 3 failed");
        progress.step(standing(4, 4, 2, 10, Double.NaN, Duration.ZERO));
        progress.endBar();
        progress.endBar();
        assertThat(text())
                .isEqualTo("\r[######..................] step 1/4  loss 2.0000  10 tokens/s  ETA 0:09\u001b[K"
                        + "\r[##################......] step 3/4  loss 2.0000  10 tokens/s  ETA 0:03\u001b[K\n"
                        + "checkpoint of step 3 failed\n"
                        + "\r[########################] step 4/4  loss 2.0000  10 tokens/s  ETA 0:00\u001b[K\n");
    }

    @Test
    void aRunOfNoStepsHasAFullBar() {
        progress(true).step(standing(0, 0, 1, 1, Double.NaN, Duration.ZERO));
        assertThat(text()).contains("[########################] step 0/0");
    }

    private Progress progress(boolean terminal) {
        return new Progress(new PrintStream(shown, true, UTF_8), terminal, nanos::get);
    }

    private String text() {
        return shown.toString(UTF_8);
    }

    private Path file() {
        return directory.resolve("metrics.jsonl");
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(file());
    }

    private static StepRecord step(int step) {
        return new StepRecord(
                step, 0, 9.5, 6e-4, 1.5, 2048, 8192, Double.NaN, 250, 12.3, 100, 200, false, List.of(), Map.of());
    }

    private static Progress.Standing standing(
            int step, int steps, double loss, double tokensPerSecond, double mfu, Duration left) {
        return new Progress.Standing(step, steps, loss, Map.of(), tokensPerSecond, mfu, left);
    }

    @Test
    void aLineHasTheLossesOfSourcesAndABarHasNoRoom() {
        Map<String, Double> sources = new TreeMap<>(Map.of("loss_web", 2.25, "loss_code", 0.5));
        Progress.Standing at = new Progress.Standing(2, 2, 1, sources, 10, Double.NaN, Duration.ZERO);
        progress(false).step(at);
        assertThat(text().lines()).contains("step 2/2  loss 1.0000 (code 0.5000, web 2.2500)  10 tokens/s  ETA 0:00");
        progress(true).step(at);
        assertThat(text()).contains("] step 2/2  loss 1.0000  10 tokens/s");
        for (int source = 0; source < 9; source++) {
            sources.put("loss_s" + source, 1.0);
        }
        progress(false).step(at);
        assertThat(text()).contains("s6 1.0000, …)").doesNotContain("s7");
    }
}
