package org.weft.monitoring.runs;

import java.util.Locale;
import org.weft.coordinator.RunEvent;
import org.weft.driver.lease.LeaseSight;
import org.weft.driver.progress.EventRecord;

/** What a run is doing, as far as its files tell. */
public enum RunState {
    /** Nobody ever drove it. */
    NEW,
    RUNNING,
    /** Its driver gives no sign of life. */
    DEAD,
    /** Done to its last step, or as far as it was to go. */
    ENDED,
    /** Ended before its last step, as it was asked to. */
    STOPPED,
    FAILED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Of a run that nobody drives any more.
     *
     * @param lease null where nobody ever did
     * @param last that happened to the run; null where that is not known
     */
    static RunState over(LeaseSight lease, EventRecord last, int step, int steps) {
        if (last != null) {
            if (last.is(RunEvent.ENDED)) {
                return ENDED;
            }
            if (last.is(RunEvent.STOPPED)) {
                return STOPPED;
            }
            if (last.is(RunEvent.FAILED)) {
                return FAILED;
            }
        }
        if (lease == null && step == 0) {
            return NEW;
        }
        return step >= steps && steps > 0 ? ENDED : STOPPED;
    }
}
