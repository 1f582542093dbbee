package org.weft.simulation;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The coordinator's thread: its tasks never wait, so each is one event. One that did wait would be found out. */
final class EventExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final VirtualProcess process;
    private boolean shutdown;

    EventExecutor(VirtualProcess process) {
        this.process = process;
    }

    @Override
    public void execute(Runnable task) {
        process.later(0, () -> {
            if (!shutdown) {
                task.run();
            }
        });
    }

    /** The coordinator never cancels its watch, so that there is no handle to give. */
    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        process.later(unit.toMicros(initialDelay), () -> repeat(task, unit.toMicros(delay)));
        return null;
    }

    private void repeat(Runnable task, long delayMicros) {
        if (!shutdown) {
            task.run();
            process.later(delayMicros, () -> repeat(task, delayMicros));
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }
}
