package org.weft.driver.progress;

import java.io.IOException;

/**
 * A place where people look at a run. Told on a thread of its own, in this order: {@link #opened} once, {@link #record} of
 * each record once, {@link #closed} once. It may be slow, and it may fail: neither holds up the run or another window. What
 * it does not keep up with is dropped, steps first ({@link RunWindows}).
 */
public interface RunWindow {
    /** For messages about it, such as {@code Spark's UI}. */
    String name();

    void opened(RunDescription run) throws IOException;

    void record(RunRecord record) throws IOException;

    /** All files of the run are complete by now. */
    void closed(RunOutcome outcome) throws IOException;
}
