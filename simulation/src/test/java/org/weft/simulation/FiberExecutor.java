package org.weft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One thread of a process with a queue of tasks: a fiber while there are any. */
class FiberExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final VirtualProcess process;
    private final String name;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private Fiber fiber;
    private boolean shutdown;

    FiberExecutor(VirtualProcess process, String name) {
        this.process = process;
        this.name = name;
    }

    @Override
    public void execute(Runnable task) {
        if (shutdown) {
            throw new RejectedExecutionException(name + " is shut down");
        }
        tasks.add(task);
        if (fiber == null) {
            fiber = process.start(name, this::work);
        }
    }

    private void work() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            process.taskDone(name);
        }
        fiber = null;
        if (shutdown) {
            terminated.complete(null);
        }
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        process.later(unit.toMicros(initialDelay), () -> repeat(task, unit.toMicros(delay)));
        return null; // Nobody cancels: schedules end with their executor.
    }

    private void repeat(Runnable task, long delayMicros) {
        if (!shutdown) {
            execute(() -> {
                task.run();
                process.later(delayMicros, () -> repeat(task, delayMicros));
            });
        }
    }

    @Override
    public void shutdown() {
        shutdown = true;
        if (fiber == null) {
            terminated.complete(null);
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>(tasks);
        tasks.clear();
        shutdown();
        if (fiber != null) {
            process.threads.interrupt(fiber);
        }
        return left;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            process.threads.await(terminated, unit.toNanos(timeout));
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.isDone();
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
}
