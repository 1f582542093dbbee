package org.weft.coordinator;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.Role;

/** Says in words whom a run waits for. */
record WaitReport(Members members, WeftConfig config) {

    String describe(RunPhase phase, int step, StepWork work, ServerGroup servers) {
        return switch (phase) {
            case GATHERING -> "waits for " + absent() + " to join";
            case LOADING -> "waits for " + loading(servers) + " to load step " + step + absentSuffix();
            case EVALUATING ->
                "step " + step + " waits for the evaluation of " + open(work.evaluation().batches, "batches")
                        + absentSuffix();
            case COMPUTING ->
                "step " + step + " waits for " + computing(work.window().oldest(), servers) + absentSuffix();
            case SAVING -> "waits for the last checkpoint of step " + step;
            case ENDED -> "has ended";
        };
    }

    private String loading(ServerGroup servers) {
        Member first = servers.generation().firstAwaited();
        return first == null ? unserved(servers) : first.toString();
    }

    private String computing(StepLedger ledger, ServerGroup servers) {
        if (!servers.shards().isWhole()) {
            return unserved(servers);
        }
        if (!ledger.lanes.isComplete()) {
            return open(ledger.lanes, "lanes");
        }
        Member server = ledger.firstUnreduced(servers.shards().active());
        if (server != null) {
            return "the sums of " + server;
        }
        Saves saves = servers.saves();
        return saves.isHolding() ? "the checkpoint of step " + saves.pendingStep() : "a decision";
    }

    /** The first shard that nobody serves. */
    private String unserved(ServerGroup servers) {
        for (int shard = 0; shard < config.cluster().servers(); shard++) {
            if (servers.shards().serving(shard) == null) {
                return "a server of shard " + shard;
            }
        }
        return "a decision";
    }

    private String open(WorkPool pool, String units) {
        List<String> waits = new ArrayList<>();
        pool.open()
                .forEach((worker, span) -> waits.add(units + " " + span.first() + "-" + (span.end() - 1) + " of "
                        + members.name(Role.WORKER, worker)));
        if (pool.hasFree()) {
            waits.add("a worker that takes over " + units);
        }
        int few = config.cluster().minWorkers();
        if (members.workers().size() < few) {
            waits.add("at least " + few + " workers (cluster.min_workers), of whom "
                    + members.workers().size() + " are here");
        }
        return String.join(", ", waits);
    }

    private String absent() {
        String servers = members.missing(Role.SERVER, config.serverTasks());
        String workers = members.missing(Role.WORKER, config.cluster().workers());
        return servers.isEmpty() || workers.isEmpty() ? servers + workers : servers + ", " + workers;
    }

    private String absentSuffix() {
        String absent = absent();
        return absent.isEmpty() ? "" : "; absent: " + absent;
    }
}
