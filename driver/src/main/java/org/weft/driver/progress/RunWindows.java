package org.weft.driver.progress;

import java.util.List;

/**
 * All windows on a run. Telling them never waits: each has a thread and a bounded queue of its own ({@link WindowThread}).
 * Safe for use by many threads.
 */
public final class RunWindows implements AutoCloseable {
    private static final long CLOSE_MILLIS = 15_000;

    private final List<WindowThread> windows;
    private RunOutcome outcome;

    private RunWindows(List<WindowThread> windows) {
        this.windows = windows;
    }

    /** Opens them all. */
    public static RunWindows open(List<RunWindow> windows, RunDescription run) {
        return new RunWindows(
                windows.stream().map(window -> WindowThread.start(window, run)).toList());
    }

    public void record(RunRecord record) {
        windows.forEach(window -> window.record(record));
    }

    /** How the run ended; {@link #close} tells it. */
    public synchronized void ended(RunOutcome how) {
        outcome = how;
    }

    /** Waits until all have shown what they were told, {@value #CLOSE_MILLIS} ms at most. */
    @Override
    public void close() {
        RunOutcome how;
        synchronized (this) {
            how = outcome;
        }
        windows.forEach(window -> window.end(how));
        long deadline = System.nanoTime() + CLOSE_MILLIS * 1_000_000;
        windows.forEach(window -> window.await(deadline));
    }
}
