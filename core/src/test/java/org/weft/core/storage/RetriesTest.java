package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

class RetriesTest {
    private final Retries retries = new Retries(2, Duration.ofMillis(1));
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void tellsTheResultOfTheFirstAttemptThatSucceeds() throws IOException {
        String result = retries.call("work", () -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IOException("not yet");
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(attempts).hasValue(3);
    }

    @Test
    void givesUpWithTheLastFailure() {
        assertThatThrownBy(() -> retries.call("work", () -> {
                    throw new UncheckedIOException(new IOException("failure " + attempts.incrementAndGet()));
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("failure 3");
    }

    @Test
    void whatIsWrongOrInterruptedIsNotTriedAgain() {
        assertThatThrownBy(() -> retries.call("work", () -> {
                    attempts.incrementAndGet();
                    throw WeftException.failed("another driver has the run", "");
                }))
                .isInstanceOf(WeftException.class);
        assertThatThrownBy(() -> retries.call("work", () -> {
                    attempts.incrementAndGet();
                    throw new InterruptedIOException("ending");
                }))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(attempts).hasValue(2);
    }
}
