package org.weft.simulation;

import java.io.IOException;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.LeaseSeam;
import org.weft.driver.lease.RunLease;
import org.weft.driver.lease.StandbyLease;

/** A process's way to the real {@link RunLease}. Its files answer at once: a sign of life is one event. */
final class HeldLease {
    private static final long AGAIN_MILLIS = 1_000;

    private final VirtualProcess process;
    private RunLease lease;

    HeldLease(VirtualProcess process) {
        this.process = process;
    }

    RunLease acquire() throws IOException {
        ProcessStore store = new ProcessStore(process.simulation.files, ProcessStore.Fate.ofLease(process));
        lease = RunLease.acquire(
                store,
                process.simulation.scenario.config().run(),
                new DriverPlace("host", 1, process.name),
                notice -> process.simulation.trace(() -> process + ": " + notice),
                process.threads);
        return lease;
    }

    /** As one who stands by; null where the run is over. */
    RunLease standBy() throws IOException {
        ProcessStore store = new ProcessStore(process.simulation.files, ProcessStore.Fate.ofLease(process));
        try (StandbyLease standby = new StandbyLease(
                store,
                process.simulation.scenario.config(),
                new DriverPlace("host", 2, process.name),
                notice -> process.simulation.trace(() -> process + ": " + notice),
                process.threads)) {
            lease = standby.await();
        }
        return lease;
    }

    /** As who starts a command again that failed for its storage. */
    RunLease acquireAtLast() throws IOException {
        while (true) {
            try {
                return acquire();
            } catch (IOException e) {
                process.simulation.trace(() -> process + " did not get the lease: " + e.getMessage());
                process.threads.pause(AGAIN_MILLIS, process.name);
            }
        }
    }

    void release() {
        if (lease != null) {
            LeaseSeam.die(lease);
        }
    }
}
