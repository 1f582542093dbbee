package org.weft.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@link Threads} of the JVM. */
final class MachineThreads implements Threads {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    @Override
    public <T> T await(CompletableFuture<T> future, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public ExecutorService single(String name) {
        return Executors.newSingleThreadExecutor(DaemonThreads.named(name));
    }

    @Override
    public ScheduledExecutorService timer(String name) {
        return Executors.newSingleThreadScheduledExecutor(DaemonThreads.named(name));
    }
}
