package org.weft.core.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weft.core.Threads;

/** Every wait has an end and names whom it waits for. */
public record Deadline(Threads threads, long atNanos) {

    /** By the machine's clock. */
    public static Deadline in(Duration duration) {
        return in(Threads.MACHINE, duration);
    }

    public static Deadline in(Threads threads, Duration duration) {
        return new Deadline(threads, threads.nanoTime() + duration.toNanos());
    }

    public long remainingMillis() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(atNanos - threads.nanoTime()));
    }

    public boolean passed() {
        return threads.nanoTime() - atNanos >= 0;
    }

    /**
     * The future's value.
     *
     * @param what is waited for, and from whom; stands in the error
     * @throws IOException where the deadline passes first or the future fails
     */
    public <T> T await(CompletableFuture<T> future, String what) throws IOException {
        try {
            return threads.await(future, Math.max(1, atNanos - threads.nanoTime()));
        } catch (TimeoutException e) {
            throw new IOException("gave up waiting for " + what, e);
        } catch (ExecutionException e) {
            throw new IOException(what + ": " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + what, e);
        }
    }
}
