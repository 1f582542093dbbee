package org.weft.monitoring.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.RunOutcome;
import org.weft.monitoring.Records;

class TensorBoardWindowTest {
    @TempDir
    private Path run;

    @Test
    void checksumsAreTensorFlows() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        // CRC32C's check value is e3069283.
        int turned = Integer.rotateRight(0xe3069283, 15) + 0xa282ead8;
        assertThat(TfRecordFormat.maskedCrc(digits, 0, digits.length)).isEqualTo(turned);
        byte[] frame = TfRecordFormat.frame(digits);
        assertThat(frame).hasSize(9 + 16).startsWith(9, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void numbersOfEveryRecordStandInTheFile() throws Exception {
        show(0, false, 1, 3);
        List<Events.Message> events = Events.of(files().get(0));
        assertThat(events.get(0).text(3)).isEqualTo("brain.Event:2");
        assertThat(events.get(1).message(7).one(1)).isEqualTo(1L);
        assertThat(events.get(1).one(2)).isEqualTo(0L);
        List<Events.Message> losses = events.stream()
                .filter(event -> event.has(5)
                        && event.message(5).messages(1).get(0).text(1).equals("train/loss"))
                .toList();
        assertThat(losses).hasSize(3);
        for (int step = 1; step <= 3; step++) {
            Events.Message event = losses.get(step - 1);
            assertThat(event.one(1)).isEqualTo(Records.time(step) / 1e3);
            assertThat(event.one(2)).isEqualTo((long) step);
            Events.Message loss = event.message(5).messages(1).get(0);
            assertThat(loss.one(2)).isEqualTo((float) Records.loss(step));
            assertThat(loss.has(9)).as("said once").isEqualTo(step == 1);
        }
        Events.Message described = losses.get(0).message(5).messages(1).get(0).message(9);
        assertThat(described.message(1).text(1)).isEqualTo("scalars");
        assertThat(described.text(3)).contains("nats");
        assertThat(losses.get(0).message(5).messages(1))
                .extracting(value -> value.text(1))
                .doesNotContain("speed/mfu");
    }

    @Test
    void aRunThatGoesOnSaysFromWhichStep() throws Exception {
        show(0, false, 1, 5);
        show(3, true, 4, 6);
        assertThat(files()).hasSize(2);
        List<Events.Message> second = Events.of(files().get(1));
        assertThat(second.get(1).message(7).one(1)).isEqualTo(1L);
        assertThat(second.get(1).one(2)).isEqualTo(4L);
    }

    @Test
    void theConfigurationIsATable() throws Exception {
        show(0, false, 1, 1);
        Events.Message value =
                Events.of(files().get(0)).get(2).message(5).messages(1).get(0);
        assertThat(value.text(1)).isEqualTo("configuration");
        assertThat(value.message(9).message(1).text(1)).isEqualTo("text");
        assertThat(value.message(8).text(8)).contains("| training.steps | a\\|b |");
    }

    private void show(int start, boolean resumed, int from, int to) throws IOException {
        TensorBoardWindow window = new TensorBoardWindow(
                HadoopStore.local(), RunDirectory.of(run.toUri().getPath()));
        window.opened(Records.description(start, resumed, Map.of("training.steps", "a|b")));
        for (int step = from; step <= to; step++) {
            window.record(Records.step(step));
        }
        window.closed(new RunOutcome(RunEvent.ENDED, to, "done"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(run.resolve("tensorboard"))) {
            return found.sorted().toList();
        }
    }
}
