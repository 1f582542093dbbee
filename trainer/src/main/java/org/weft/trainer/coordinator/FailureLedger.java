package org.weft.trainer.coordinator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.weft.core.ExitStatus;
import org.weft.core.protocol.Message;

/** The failures that members have reported. Owned by the coordinator's thread. */
final class FailureLedger {
    /** Failures of one worker or server, each of a new attempt, that a run survives. */
    private static final int SURVIVED = 3;

    private final Map<String, Integer> failures = new HashMap<>();
    private final Set<Integer> reported = new HashSet<>();

    /** Whether this attempt has reported before: as every message, a report may come twice. */
    boolean isRepeated(Message.MemberFailed report) {
        return report.incarnation() >= 0 && !reported.add(report.incarnation());
    }

    /** Counts a failure; returns whether it ends the run: a mistake that no new attempt mends, or one too many. */
    boolean endsRun(Message.MemberFailed report) {
        int count = failures.merge(report.role().name(report.id()), 1, Integer::sum);
        return report.exitStatus() != ExitStatus.FAILED.code() || count > SURVIVED;
    }
}
