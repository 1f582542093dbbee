package org.weft.core.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Every wait has an end and names whom it waits for. */
public record Deadline(long atNanos) {

    public static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /**
     * Sleeps before something is tried again.
     *
     * @param who waits; stands in the error
     * @throws InterruptedIOException where the thread is to end
     */
    public static void pause(long millis, String who) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(who + " was interrupted");
        }
    }

    public long remainingMillis() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(atNanos - System.nanoTime()));
    }

    public boolean passed() {
        return System.nanoTime() - atNanos >= 0;
    }

    /**
     * The future's value.
     *
     * @param what is waited for, and from whom; stands in the error
     * @throws IOException where the deadline passes first or the future fails
     */
    public <T> T await(CompletableFuture<T> future, String what) throws IOException {
        try {
            return future.get(Math.max(1, atNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
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
