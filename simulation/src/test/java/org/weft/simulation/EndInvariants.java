package org.weft.simulation;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.weft.core.ExitStatus;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.protocol.Message;
import org.weft.simulation.Violation.Invariant;

/** A run ends by itself: with its last checkpoint, or with a cause that is true. */
final class EndInvariants {
    /** {@code MemberFailures.MOST}. */
    private static final int SURVIVED_FAILURES = 3;

    private final Simulation simulation;
    private final Invariants invariants;
    private final Map<String, Integer> failures = new TreeMap<>();
    private final Set<String> failedSaves = new HashSet<>();
    private boolean stopping;

    EndInvariants(Simulation simulation, Invariants invariants) {
        this.simulation = simulation;
        this.invariants = invariants;
    }

    void stopRequested() {
        stopping = true;
    }

    /** However often it says so, a member fails once. */
    void memberFailed(MemberProcess member, Message.MemberFailed report) {
        if (!member.failureReported && report.exitStatus() == ExitStatus.FAILED.code()) {
            failures.merge(member.role.name(member.id), 1, Integer::sum);
        }
        member.failureReported = true;
    }

    void saveFailed(int generation, int version) {
        failedSaves.add(generation + "/" + version);
    }

    void ended(Throwable failure) {
        simulation.trace(() -> "ended: " + (failure == null ? "well" : failure.getMessage()));
        if (failure == null) {
            int last = simulation.scenario.config().training().steps();
            boolean saved =
                    simulation.files.get(invariants.directory(invariants.step()) + "/" + CheckpointManifest.FILE)
                            != null;
            invariants.require(
                    stopping || (invariants.step() == last && saved),
                    Invariant.ENDS_BY_ITSELF,
                    "the run ended well at version %d of %d, checkpoint: %s",
                    invariants.step(),
                    last,
                    saved);
            return;
        }
        String cause = failure.getMessage();
        boolean save = cause.startsWith("the last checkpoint (step ")
                && failedSaves.stream().anyMatch(failed -> failed.endsWith("/" + invariants.step()));
        boolean member = failures.entrySet().stream()
                .anyMatch(entry -> cause.startsWith(entry.getKey() + ": ") && entry.getValue() > SURVIVED_FAILURES);
        boolean lost = cause.startsWith("another driver took this run over: ")
                && invariants.leases().isTaken();
        invariants.require(
                save || member || lost,
                Invariant.A_FAILURE_HAS_ITS_CAUSE,
                "the run ended with '%s'; failures: %s, failed saves: %s, generation %d, version %d",
                cause,
                failures,
                failedSaves,
                invariants.generation(),
                invariants.step());
    }

    void doesNotEnd() {
        invariants.require(
                false,
                Invariant.ENDS_BY_ITSELF,
                "%s; generation %d version %d; processes: %s",
                simulation.driver.hasEnded() ? "processes are left" : "the run goes on though all is well",
                invariants.generation(),
                invariants.step(),
                simulation.spark.members());
    }
}
