package org.weft.coordinator;

import java.util.concurrent.TimeUnit;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;

/**
 * Sees to it that no run hangs: one that makes no progress within {@code cluster.start_timeout_seconds} at its start, or
 * {@code cluster.step_timeout_seconds} for each step of an update later, ends with the names of those it waits for; on the way
 * there it says every {@value #NOTICE_SECONDS} seconds whom it waits for. Owned by the coordinator's thread.
 */
final class ProgressWatch {
    private static final int NOTICE_SECONDS = 30;

    private final WeftConfig config;
    private final RunState state;
    private final RunListener listener;
    private RunPhase lastPhase;
    private int lastStep = -1;
    private int furthest = -1;
    private long sinceMillis;
    private int notices;

    ProgressWatch(WeftConfig config, RunState state, RunListener listener) {
        this.config = config;
        this.state = state;
        this.listener = listener;
    }

    void start(long nowMillis) {
        sinceMillis = nowMillis;
    }

    /** Takes note of where the run is; returns whether it is at a step at which it never was: a replay is no progress. */
    boolean observe(long nowMillis) {
        if (state.step() != lastStep || state.phase() != lastPhase) {
            lastPhase = state.phase();
            lastStep = state.step();
            sinceMillis = nowMillis;
            notices = 0;
        }
        boolean further = lastStep > furthest;
        furthest = Math.max(furthest, lastStep);
        return further;
    }

    /** Says whom the run waits for, when it has waited for a while and then now and then. */
    void sayWhatIsWaitedFor(long nowMillis) {
        long seconds = TimeUnit.MILLISECONDS.toSeconds(nowMillis - sinceMillis);
        if (seconds >= (notices + 1L) * NOTICE_SECONDS) {
            notices = (int) (seconds / NOTICE_SECONDS);
            listener.notice(Notice.of(
                    RunEvent.WAITING, state.waitsFor().replaceFirst("waits for", "waits " + seconds + " s for")));
        }
    }

    /** Ends the run where it has waited too long. A checkpoint's deadline is its own. */
    void checkDeadline(long nowMillis) {
        boolean gathering = state.phase() == RunPhase.GATHERING;
        long seconds = gathering
                ? config.cluster().startTimeoutSeconds()
                : config.updateTimeout().toSeconds();
        boolean late = nowMillis - sinceMillis > TimeUnit.SECONDS.toMillis(seconds);
        if (!late || state.waitsForStorage() || (gathering && state.startWithFewer())) {
            return;
        }
        state.fail(new WeftException(
                gathering ? ExitStatus.CLUSTER : ExitStatus.FAILED,
                "gave up after " + seconds + " s: the run " + state.waitsFor(),
                gathering
                        ? "give the application more cores or executors, or raise cluster.start_timeout_seconds"
                        : "see that task's log; resume from the last checkpoint with --resume"));
    }
}
