package org.weft.core.storage;

import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Work that has to be done when the process is told to end, while files can still be written: before Spark's own hooks
 * and before Hadoop closes its file systems. Closing takes it back.
 */
public final class ShutdownTask implements AutoCloseable {
    /** Hadoop's file systems are closed at 10, Spark's hooks run at 40; the highest comes first. */
    private static final int PRIORITY = 60;

    private final Runnable task;

    private ShutdownTask(Runnable task) {
        this.task = task;
    }

    public static ShutdownTask register(Runnable task) {
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().addShutdownHook(task, PRIORITY);
        }
        return new ShutdownTask(task);
    }

    @Override
    public void close() {
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(task);
        }
    }
}
