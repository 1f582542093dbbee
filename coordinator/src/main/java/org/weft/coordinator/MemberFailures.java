package org.weft.coordinator;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.protocol.Message;

/** Counts failures that members report of themselves. Owned by the coordinator's thread. */
final class MemberFailures {
    /** Failures of one worker or server without a new step in between, each of a new attempt, that a run survives. */
    private static final int MOST = 3;

    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<Integer> reported = new HashSet<>();

    /** Whether this attempt has reported before: as every message, a report may come twice. */
    boolean isRepeated(Message.MemberFailed report) {
        return report.incarnation() >= 0 && !reported.add(report.incarnation());
    }

    /**
     * Whether a report says nothing of the run as it is: of an attempt that was given up, where another has its place, or where what
     * it was told may be long over, such as a checkpoint that is gone by now.
     *
     * @param present who has the member's place, or null
     */
    boolean isOver(Message.MemberFailed report, Member present) {
        if (report.incarnation() < 0) {
            return false; // It was never admitted.
        }
        return present == null
                ? report.exitStatus() != ExitStatus.FAILED.code()
                : present.incarnation != report.incarnation();
    }

    /** Returns what ends the run, or null where it goes on without this attempt. */
    WeftException report(Message.MemberFailed report) {
        String name = report.role().name(report.id());
        int count = counts.merge(name, 1, Integer::sum);
        if (report.exitStatus() == ExitStatus.FAILED.code() && count <= MOST) {
            return null;
        }
        ExitStatus status = Arrays.stream(ExitStatus.values())
                .filter(s -> s.code() == report.exitStatus())
                .findFirst()
                .orElse(ExitStatus.FAILED);
        return new WeftException(status, name + ": " + report.cause(), report.hint());
    }

    /** A step was done that was never done before: what was before does not count any more. */
    void forget() {
        counts.clear();
    }
}
