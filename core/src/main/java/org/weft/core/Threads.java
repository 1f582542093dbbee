package org.weft.core;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where a process's threads come from, and how they wait. All that waits in members and driver waits here, so that a
 * whole run can be run in another time than the machine's: one thread after the other, each wait the turn of another.
 */
public interface Threads {
    /** The machine's threads and clock. */
    Threads MACHINE = new MachineThreads();

    /** A clock that only goes forward; means nothing but by differences. */
    long nanoTime();

    void sleep(long millis) throws InterruptedException;

    /** As {@link CompletableFuture#get(long, TimeUnit)}. */
    <T> T await(CompletableFuture<T> future, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException;

    /** One daemon thread that runs one task after the other; whoever asks for it shuts it down. */
    ExecutorService single(String name);

    /** As {@link #single}, for tasks that are due later, or again and again. */
    ScheduledExecutorService timer(String name);

    /**
     * Sleeps before something is tried again.
     *
     * @param who waits; stands in the error
     * @throws InterruptedIOException where the thread is to end
     */
    default void pause(long millis, String who) throws InterruptedIOException {
        try {
            sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(who + " was interrupted");
        }
    }
}
