package org.weft.core.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;

/**
 * Tries work on files again when it fails, each time after twice the pause. A {@link org.weft.core.WeftException} is not
 * tried again: it says that something is wrong, not that something did not answer.
 *
 * @param retries attempts after the first
 * @param firstPause before the first of them
 * @param threads how the pauses are waited for
 */
public record Retries(int retries, Duration firstPause, Threads threads) {
    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    /** By the machine's clock. */
    public Retries(int retries, Duration firstPause) {
        this(retries, firstPause, Threads.MACHINE);
    }

    /** As many as given, the first after a second. */
    public static Retries of(int retries, Threads threads) {
        return new Retries(retries, Duration.ofSeconds(1), threads);
    }

    /** What is tried; must be fit to be done again from its beginning. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run() throws IOException;
    }

    /**
     * The first result.
     *
     * @param what is done, for the log: "write of …/shard-00000-of-00002-g0001.safetensors"
     * @throws IOException the last failure
     */
    public <T> T call(String what, Attempt<T> attempt) throws IOException {
        for (int failures = 0; ; ) {
            try {
                return attempt.run();
            } catch (IOException | UncheckedIOException e) {
                failures++;
                boolean last = failures > retries || e instanceof InterruptedIOException;
                Duration pause = firstPause.multipliedBy(1L << Math.min(failures - 1, 16));
                LOG.warn(
                        "{} failed, attempt {} of {}{}: {}",
                        what,
                        failures,
                        retries + 1,
                        last ? "" : ", again in " + pause.toMillis() + " ms",
                        e.toString());
                if (last || !paused(threads, pause)) {
                    throw e instanceof UncheckedIOException unchecked ? unchecked.getCause() : (IOException) e;
                }
            }
        }
    }

    /** Sleeps; false where the thread is to end. */
    static boolean paused(Threads threads, Duration pause) {
        try {
            threads.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
