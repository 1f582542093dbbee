package org.weft.driver.run;

import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.EventRecord;

/**
 * What losses of members cost: from a loss to the first step that was never done before, by how much that step came later than
 * at the pace of the steps before. For one thread at a time.
 */
final class LossAccount {
    /** Weight of the newest interval in the pace. */
    private static final double SMOOTHING = 0.2;

    private long lastStepMillis;
    private double paceMillis = Double.NaN;
    private boolean open;
    private int replayed;

    /** Takes note of what happened; members that are lost before the first step cost nothing that could be told. */
    void happened(RunEvent event) {
        boolean loss = event == RunEvent.LOST || event == RunEvent.REPLACED;
        open |= loss && lastStepMillis > 0;
    }

    /** A step was done a second time. */
    void replayed() {
        replayed++;
    }

    /** A step was done for the first time; returns what the loss before it cost, or null where there was none. */
    EventRecord.Cost stepDone(long nowMillis) {
        double interval = lastStepMillis == 0 ? Double.NaN : nowMillis - lastStepMillis;
        EventRecord.Cost cost = null;
        if (open) {
            long late = Math.round(interval - (Double.isNaN(paceMillis) ? 0 : paceMillis));
            cost = new EventRecord.Cost(Math.max(0, late), replayed);
        } else if (!Double.isNaN(interval)) {
            paceMillis = Double.isNaN(paceMillis) ? interval : (1 - SMOOTHING) * paceMillis + SMOOTHING * interval;
        }
        lastStepMillis = nowMillis;
        open = false;
        replayed = 0;
        return cost;
    }
}
