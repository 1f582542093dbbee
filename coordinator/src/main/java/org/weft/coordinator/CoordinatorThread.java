package org.weft.coordinator;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The one thread that owns a run's state. */
final class CoordinatorThread {
    private CoordinatorThread() {}

    static ScheduledExecutorService start() {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, "weft-coordinator");
            created.setDaemon(true);
            return created;
        });
    }
}
