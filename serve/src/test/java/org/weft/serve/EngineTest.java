package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the engine's thread does when its work fails. */
@Timeout(120)
class EngineTest {
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final WaitingLine<Simple> line = new WaitingLine<>(10, Duration.ofSeconds(60), System::nanoTime);

    /** Succeeds, or fails in the way that its name says. */
    private static final class Simple extends Task {
        private final String way;
        private final CompletableFuture<String> result = new CompletableFuture<>();

        Simple(String way) {
            super(System.nanoTime() + Duration.ofSeconds(60).toNanos());
            this.way = way;
        }

        @Override
        void fail(ApiException failure) {
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
            if (taken.way.equals("throws")) {
                throw new IllegalStateException("NaN");
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
                taken.fail(failure);
                taken = null;
                line.done();
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private static String resultOf(Engine<Simple> engine, String way) {
        Simple task = new Simple(way);
        engine.submit(List.of(task));
        return task.result.join();
    }

    @Test
    void aRoundThatFailsFailsItsTasksOnly() throws InterruptedException {
        try (Engine<Simple> engine = new Engine<>(line, Worked::new, notices::add)) {
            engine.start();
            assertThat(resultOf(engine, "works")).isEqualTo("done");
            assertThat(resultOf(engine, "throws")).isEqualTo("500 the model failed on this batch: NaN");
            assertThat(resultOf(engine, "works")).isEqualTo("done");
            assertThat(notices).containsExactly("error: java.lang.IllegalStateException: NaN");
            assertThat(engine.drain(Duration.ofSeconds(10))).isTrue();
            assertThatThrownBy(() -> engine.submit(List.of(new Simple("works"))))
                    .hasMessage("the server is being stopped");
        }
    }

    @Test
    void anEngineThatDiesLeavesNobodyWaiting() throws InterruptedException {
        try (Engine<Simple> engine = new Engine<>(line, Worked::new, notices::add)) {
            engine.start();
            Simple waits = new Simple("works");
            engine.submit(List.of(new Simple("dies"), waits));
            assertThat(waits.result.join()).isEqualTo("500 the server failed");
            assertThatThrownBy(() -> engine.ended().join()).hasRootCauseMessage("no natives");
            assertThatThrownBy(() -> engine.submit(List.of(new Simple("works"))))
                    .isInstanceOf(ApiException.class);
        }
    }

    @Test
    void whatCannotBeOpenedIsNotStarted() {
        Engine<Simple> engine = new Engine<>(
                line,
                () -> {
                    throw new IllegalStateException("no device");
                },
                notices::add);
        assertThatThrownBy(engine::start)
                .hasMessageContaining("the model cannot be opened")
                .hasRootCauseMessage("no device");
    }
}
