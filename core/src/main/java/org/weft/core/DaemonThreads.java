package org.weft.core;

import java.util.concurrent.ThreadFactory;

/** Threads that keep no process alive. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /** For an executor of one thread, which has that name. */
    public static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
