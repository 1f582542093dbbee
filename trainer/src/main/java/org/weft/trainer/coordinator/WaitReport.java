package org.weft.trainer.coordinator;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.ClusterConfig;
import org.weft.core.protocol.Role;

/** Says in words whom a run waits for. */
record WaitReport(Members members, ClusterConfig cluster) {

    String describe(RunPhase phase, int step, WorkPool pool, StepLedger ledger, int firstUnloaded) {
        return switch (phase) {
            case GATHERING -> "waits for " + absent() + " to join";
            case LOADING -> "waits for " + name(Role.SERVER, firstUnloaded) + " to load step " + step + absentSuffix();
            case EVALUATING -> "step " + step + " waits for the evaluation of " + open(pool, "batches");
            case COMPUTING -> "step " + step + " waits for " + computing(pool, ledger);
            case SAVING -> "waits for the last checkpoint of step " + step;
            case ENDED -> "has ended";
        };
    }

    private String computing(WorkPool pool, StepLedger ledger) {
        if (!pool.isComplete()) {
            return open(pool, "lanes");
        }
        int shard = ledger.firstUnreduced();
        return shard < 0 ? "a decision" : "the sums of " + name(Role.SERVER, shard);
    }

    private String open(WorkPool pool, String units) {
        List<String> waits = new ArrayList<>();
        pool.open()
                .forEach((worker, span) -> waits.add(
                        units + " " + span.first() + "-" + (span.end() - 1) + " of " + name(Role.WORKER, worker)));
        if (pool.hasFree()) {
            waits.add("a worker that takes over " + units);
        }
        return String.join(", ", waits) + absentSuffix();
    }

    private String name(Role role, int id) {
        return members.all().stream()
                .filter(member -> member.role == role && member.id == id)
                .map(Member::toString)
                .findFirst()
                .orElse(role.name(id) + " (gone)");
    }

    private String absent() {
        String servers = members.missing(Role.SERVER, cluster.servers());
        String workers = members.missing(Role.WORKER, cluster.workers());
        return servers.isEmpty() || workers.isEmpty() ? servers + workers : servers + ", " + workers;
    }

    private String absentSuffix() {
        String absent = absent();
        return absent.isEmpty() ? "" : "; absent: " + absent;
    }
}
