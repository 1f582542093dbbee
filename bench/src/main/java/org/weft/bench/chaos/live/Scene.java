package org.weft.bench.chaos.live;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.weft.bench.chaos.FaultKind;
import org.weft.bench.chaos.PlannedFault;
import org.weft.bench.chaos.RunLog;

/** What a fault can reach: the cluster, the driver, and which executor holds whom by the driver's log. */
record Scene(Cluster cluster, RunLog log, DriverHandle driver) {
    /** The driver of the moment, which a fault may kill. */
    interface DriverHandle {
        /** Ends it with SIGKILL; the run starts it again. */
        String kill() throws IOException;

        /** Spark's id of its application; empty where it is the newest. */
        String application();
    }

    /** An executor and what it holds. */
    record Victim(Executor executor, List<String> members) {
        @Override
        public String toString() {
            return "executor " + executor.id() + " of Worker " + executor.worker() + " (" + String.join(", ", members)
                    + ")";
        }

        boolean holds(String role) {
            return members.stream().anyMatch(member -> member.startsWith(role));
        }
    }

    /** The executors that hold a worker or a server now. */
    List<Victim> victims() throws IOException {
        Map<String, List<String>> placement = log.placement();
        return Executor.of(cluster.sparkDir(), driver.application()).stream()
                .filter(executor -> placement.containsKey(executor.id()))
                .map(executor -> new Victim(executor, placement.get(executor.id())))
                .sorted(Comparator.comparing(
                        (Victim victim) -> victim.executor().id()))
                .toList();
    }

    /** The one that fits the kind best, by the plan's draw among equals. */
    Victim victim(PlannedFault planned) throws IOException {
        List<Victim> victims = victims();
        int best = victims.stream()
                .mapToInt(victim -> fit(planned.kind(), victim))
                .max()
                .orElseThrow(() -> new IOException("no executor holds a worker or a server"));
        List<Victim> fitting = victims.stream()
                .filter(victim -> fit(planned.kind(), victim) == best)
                .toList();
        return fitting.get(planned.draw() % fitting.size());
    }

    private static int fit(FaultKind kind, Victim victim) {
        boolean worker = victim.holds("worker");
        boolean server = victim.holds("server");
        return switch (kind) {
            case KILL_WORKER -> (worker ? 2 : 0) + (server ? 0 : 1);
            case KILL_SERVER -> (server ? 2 : 0) + (worker ? 0 : 1);
            case KILL_BOTH -> (worker ? 1 : 0) + (server ? 1 : 0);
            default -> 0;
        };
    }
}
