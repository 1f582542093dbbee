package org.weft.coordinator;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.weft.core.DaemonThreads;

/** The one thread that owns a run's state. */
final class CoordinatorThread {
    private CoordinatorThread() {}

    static ScheduledExecutorService start() {
        return Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("weft-coordinator"));
    }
}
