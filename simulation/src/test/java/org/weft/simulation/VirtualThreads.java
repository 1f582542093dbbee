package org.weft.simulation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import org.weft.core.Threads;

/** One process's threads: fibers that wait in virtual time. A network thread, which is an event here, must not wait. */
class VirtualThreads implements Threads {
    private final VirtualProcess process;
    private final Turns turns;
    private final VirtualTime time;

    VirtualThreads(VirtualProcess process) {
        this.process = process;
        this.turns = process.simulation.turns;
        this.time = process.simulation.time;
    }

    @Override
    public long nanoTime() {
        return time.nowMicros() * 1_000;
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
        sleepMicros(millis * VirtualTime.MILLI);
    }

    void sleepMicros(long micros) throws InterruptedException {
        Fiber self = self();
        beginWait(self);
        callLater(self, micros);
        turns.await();
        endWait(self);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The future is waited for; this only says when to look.
    public <T> T await(CompletableFuture<T> future, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        Fiber self = self();
        beginWait(self);
        if (!future.isDone()) {
            long wait = self.wait;
            future.whenComplete((value, failure) -> process.later(0, () -> turns.call(self, wait)));
            callLater(self, nanos / 1_000);
            turns.await();
            endWait(self);
        }
        if (future.isDone()) {
            return future.get();
        }
        throw new TimeoutException();
    }

    private void callLater(Fiber self, long micros) {
        long wait = self.wait;
        process.later(micros, () -> turns.call(self, wait));
    }

    private Fiber self() {
        Fiber self = turns.running();
        if (self == null) {
            throw new IllegalStateException("a network thread of " + process + " waits");
        }
        return self;
    }

    private static void beginWait(Fiber self) throws InterruptedException {
        if (self.killed) {
            throw new Fiber.Killed();
        }
        endWait(self);
    }

    private static void endWait(Fiber self) throws InterruptedException {
        if (self.interrupted | Thread.interrupted()) {
            self.interrupted = false;
            throw new InterruptedException();
        }
    }

    /** Has a fiber woken as {@link Thread#interrupt} does. */
    void interrupt(Fiber fiber) {
        fiber.interrupted = true;
        long wait = fiber.wait;
        process.later(0, () -> turns.call(fiber, wait));
    }

    @Override
    public ExecutorService single(String name) {
        return new FiberExecutor(process, name);
    }

    @Override
    public ScheduledExecutorService timer(String name) {
        return new FiberExecutor(process, name);
    }
}
