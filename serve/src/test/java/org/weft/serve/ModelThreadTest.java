package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the model's thread does when its work fails. */
@Timeout(120)
class ModelThreadTest {
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final WaitingLine<Simple> line = new WaitingLine<>(10, Duration.ofSeconds(60), System::nanoTime);

    /** Succeeds, or fails in the way that its name says. */
    private static final class Simple extends Inquiry {
        private final String way;
        private final CompletableFuture<String> result = new CompletableFuture<>();

        Simple(String way) {
            super(System.nanoTime() + Duration.ofSeconds(60).toNanos());
            this.way = way;
        }

        @Override
        void tell(ApiException failure) {
            if (way.equals("deaf")) {
                result.complete("untold");
                throw new OutOfMemoryError("no room for an answer");
            }
            result.complete(failure.status() + " " + failure.getMessage());
        }
    }

    private static final class Worked implements Work<Simple> {
        private Simple taken;

        @Override
        public boolean busy() {
            return taken != null;
        }

        @Override
        public void round(WaitingLine<Simple> line) {
            taken = line.poll();
            if (taken == null) {
                return;
            }
            if (taken.way.equals("throws") || taken.way.equals("deaf")) {
                throw new IllegalStateException("NaN");
            }
            if (taken.way.equals("starves")) {
                throw new OutOfMemoryError("no room");
            }
            if (taken.way.equals("dies")) {
                throw new LinkageError("no natives");
            }
            taken.result.complete("done");
            taken = null;
            line.done();
        }

        @Override
        public void failAll(WaitingLine<Simple> line, ApiException failure) {
            if (taken != null) {
                line.fail(taken, failure);
                taken = null;
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private static String resultOf(ModelThread<Simple> thread, String way) {
        Simple inquiry = new Simple(way);
        thread.submit(List.of(inquiry));
        return inquiry.result.join();
    }

    @Test
    void aRoundThatFailsFailsItsTasksOnly() throws InterruptedException {
        try (ModelThread<Simple> thread = new ModelThread<>("tiny", line, Worked::new, notices::add)) {
            thread.start();
            assertThat(resultOf(thread, "works")).isEqualTo("done");
            assertThat(resultOf(thread, "throws")).isEqualTo("500 the model failed on this batch: NaN");
            assertThat(resultOf(thread, "starves")).isEqualTo("500 the model failed on this batch: no room");
            assertThat(resultOf(thread, "works")).isEqualTo("done");
            assertThat(notices)
                    .containsExactly(
                            "error: tiny: java.lang.IllegalStateException: NaN",
                            "error: tiny: java.lang.OutOfMemoryError: no room");
            assertThat(thread.drain(Duration.ofSeconds(10))).isTrue();
            assertThatThrownBy(() -> thread.submit(List.of(new Simple("works"))))
                    .hasMessage("the server is being stopped");
        }
    }

    @Test
    void whoCannotBeToldHoldsNothingUp() throws InterruptedException {
        try (ModelThread<Simple> thread = new ModelThread<>("tiny", line, Worked::new, this::lost)) {
            thread.start();
            assertThat(resultOf(thread, "deaf")).isEqualTo("untold");
            assertThat(resultOf(thread, "works")).isEqualTo("done");
            assertThat(thread.hasEnded()).isFalse();
            assertThat(thread.drain(Duration.ofSeconds(10))).isTrue();
        }
    }

    private void lost(String notice) {
        throw new OutOfMemoryError(notice);
    }

    @Test
    void anEngineThatDiesLeavesNobodyWaiting() throws InterruptedException {
        try (ModelThread<Simple> thread = new ModelThread<>("tiny", line, Worked::new, notices::add)) {
            thread.start();
            Simple waits = new Simple("works");
            Simple dies = new Simple("dies");
            thread.submit(List.of(dies, waits));
            assertThat(dies.result.join()).isEqualTo("500 the server failed");
            assertThat(waits.result.join()).isEqualTo("500 the server failed");
            assertThatThrownBy(() -> thread.ended().join())
                    .hasRootCauseMessage("no natives")
                    .hasMessageContaining("the thread of the model tiny ended: ");
            assertThat(thread.hasEnded()).isTrue();
            assertThatThrownBy(() -> thread.submit(List.of(new Simple("works"))))
                    .isInstanceOf(ApiException.class);
        }
    }

    @Test
    void whatCannotBeOpenedIsNotStarted() {
        ModelThread<Simple> thread = new ModelThread<>(
                "tiny",
                line,
                () -> {
                    throw new IllegalStateException("no device");
                },
                notices::add);
        assertThatThrownBy(thread::start)
                .hasMessageContaining("the model tiny cannot be opened")
                .hasRootCauseMessage("no device");
    }
}
