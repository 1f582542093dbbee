package org.weft.driver.progress;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one window, and what is still to be told on it: at most {@value #MOST} records, the last
 * {@value #RESERVED} places for others than steps. A record that finds no place is dropped; how many there were is said at
 * the end, and that there are some at once.
 */
final class WindowThread {
    static final int MOST = 4096;
    static final int RESERVED = 512;
    private static final Logger LOG = LoggerFactory.getLogger(WindowThread.class);

    /** What is told. */
    @FunctionalInterface
    private interface Told {
        void to(RunWindow window) throws IOException;
    }

    private final RunWindow window;
    private final LinkedBlockingQueue<Told> queue = new LinkedBlockingQueue<>();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private long failures;
    private long told;
    private volatile boolean last;

    private WindowThread(RunWindow window) {
        this.window = window;
        this.thread = new Thread(this::run, "weft-window-" + window.name());
        thread.setDaemon(true);
    }

    static WindowThread start(RunWindow window, RunDescription run) {
        WindowThread started = new WindowThread(window);
        started.queue.add(shown -> shown.opened(run));
        started.thread.start();
        return started;
    }

    void record(RunRecord record) {
        int room = record instanceof StepRecord ? MOST - RESERVED : MOST;
        if (last || queue.size() >= room) {
            if (dropped.getAndIncrement() == 0) {
                LOG.warn(
                        "{} does not keep up with the run, which goes on without it: step {} is not shown there",
                        window.name(),
                        record.step());
            }
            return;
        }
        queue.add(shown -> shown.record(record));
    }

    /** Nothing comes after this. */
    void end(RunOutcome outcome) {
        queue.add(shown -> {
            last = true;
            if (outcome != null) {
                shown.closed(outcome);
            }
        });
    }

    void await(long deadlineNanos) {
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadlineNanos - System.nanoTime()));
            if (thread.isAlive()) {
                LOG.warn("{} is not done with the run's records, {} of them: left", window.name(), queue.size());
                last = true;
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        if (dropped.get() > 0) {
            LOG.warn("{} records of the run are not shown by {}: it did not keep up", dropped.get(), window.name());
        }
    }

    private void run() {
        try {
            while (!last) {
                tell(queue.take());
            }
        } catch (InterruptedException e) {
            LOG.debug("{} was left", window.name(), e);
        }
        LOG.info( // What bench/monitoring.sh reads.
                "{} was told {} records, which took {} ms of processor time",
                window.name(),
                told,
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000);
        if (failures > 1) {
            LOG.warn("{} failed {} times", window.name(), failures);
        }
    }

    private void tell(Told event) {
        told++;
        try {
            event.to(window);
        } catch (IOException | RuntimeException | LinkageError e) { // The latter of a library that is not there.
            if (failures++ == 0) {
                LOG.warn("{} failed, the run goes on: {}", window.name(), e.toString());
                LOG.debug("{}", window.name(), e);
            }
        }
    }
}
