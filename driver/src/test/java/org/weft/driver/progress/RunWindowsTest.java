package org.weft.driver.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.coordinator.RunEvent;

/** Windows that are slow or broken hold nobody up. */
@Timeout(30)
class RunWindowsTest {
    private static final RunDescription RUN =
            new RunDescription("run", "/run", "a parabola", Map.of(), 0, 9, 1, 10, false, 0);

    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void oneThatFailsIsToldAllTheSameAndKeepsNothingFromOthers() {
        Remembering broken = new Remembering(true, false);
        Remembering sound = new Remembering(false, false);
        try (RunWindows windows = RunWindows.open(List.of(broken, sound), RUN)) {
            windows.record(step(1));
            windows.record(step(2));
            windows.ended(new RunOutcome(RunEvent.ENDED, 2, "done"));
        }
        assertThat(sound.heard).containsExactly("opened run", "step 1", "step 2", "closed ended");
        assertThat(broken.heard).containsExactlyElementsOf(sound.heard);
    }

    @Test
    void whatASlowOneDoesNotKeepUpWithIsDroppedStepsFirst() {
        Remembering slow = new Remembering(false, true);
        try (RunWindows windows = RunWindows.open(List.of(slow), RUN)) {
            for (int step = 1; step <= WindowThread.MOST; step++) {
                windows.record(step(step));
            }
            windows.record(new CheckpointRecord(7, 0, 1, 2, Double.NaN));
            windows.ended(new RunOutcome(RunEvent.ENDED, WindowThread.MOST, "done"));
            gate.countDown();
        }
        int kept = slow.heard.size() - 3;
        assertThat(kept)
                .isBetween(WindowThread.MOST - WindowThread.RESERVED - 1, WindowThread.MOST - WindowThread.RESERVED);
        assertThat(slow.heard).startsWith("opened run", "step 1").endsWith("checkpoint 7", "closed ended");
    }

    private static StepRecord step(int step) {
        return new StepRecord(step, 0, 1, 1, 1, 8, 8, 0.5, 1, 1, 1, 1, false, List.of(), Map.of());
    }

    /** Remembers what it was told. */
    private final class Remembering implements RunWindow {
        private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
        private final boolean fails;
        private final boolean waits;

        Remembering(boolean fails, boolean waits) {
            this.fails = fails;
            this.waits = waits;
        }

        private void hear(String text) throws IOException {
            heard.add(text);
            if (fails) {
                throw new IOException("no room");
            }
        }

        @Override
        public String name() {
            return "test";
        }

        @Override
        public void opened(RunDescription run) throws IOException {
            if (waits) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            hear("opened " + run.name());
        }

        @Override
        public void record(RunRecord record) throws IOException {
            hear((record instanceof StepRecord ? "step " : "checkpoint ") + record.step());
        }

        @Override
        public void closed(RunOutcome outcome) throws IOException {
            hear("closed " + outcome.event().word());
        }
    }
}
