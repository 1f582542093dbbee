package org.weft.coordinator;

import org.weft.core.Amount;
import org.weft.core.config.WeftConfig;

/** Whether those who are to take part are here. Owned by the coordinator's thread. */
record Gathering(Members members, WeftConfig config) {

    /** Every worker of {@code cluster.workers} and every copy of every shard. */
    boolean isComplete() {
        return has(config.cluster().workers(), config.serverTasks());
    }

    /** As many as a run can start with when time is up. */
    boolean suffices() {
        return has(config.cluster().minWorkers(), config.cluster().servers());
    }

    private boolean has(int workers, int copies) {
        return members.workers().size() >= workers && members.servers().size() >= copies;
    }

    String account() {
        return Amount.of(members.workers().size(), "worker") + " and "
                + Amount.of(members.servers().size(), "server") + " joined";
    }
}
