package org.weft.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DeadlineTest {
    @Test
    void namesWhatDidNotComeInTime() {
        assertThatThrownBy(() -> Deadline.in(Duration.ofMillis(1)).await(new CompletableFuture<>(), "server 2"))
                .isInstanceOf(IOException.class)
                .hasMessage("gave up waiting for server 2");
    }

    @Test
    void namesWhatFailedAndWhy() {
        CompletableFuture<Void> failed = CompletableFuture.failedFuture(new IOException("connection reset"));
        assertThatThrownBy(() -> Deadline.in(Duration.ofSeconds(9)).await(failed, "server 2"))
                .isInstanceOf(IOException.class)
                .hasMessage("server 2: connection reset");
    }

    @Test
    void keepsAnInterrupt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Deadline.in(Duration.ofSeconds(9)).await(new CompletableFuture<>(), "server 2"))
                .hasMessage("interrupted while waiting for server 2");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void givesAValueThatIsThereEvenWhenItHasPassed() throws IOException {
        Deadline past = Deadline.in(Duration.ofMillis(-5));
        assertThat(past.passed()).isTrue();
        assertThat(past.remainingMillis()).isZero();
        assertThat(past.await(CompletableFuture.completedFuture(7), "x")).isEqualTo(7);
        Deadline future = Deadline.in(Duration.ofMinutes(1));
        assertThat(future.passed()).isFalse();
        assertThat(future.remainingMillis()).isBetween(50_000L, 60_000L);
    }
}
