package org.weft.driver.run;

import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.Progress;

/** A driver that the cluster has started again, with the words of the first: it goes on with what that one began. */
final class Restart {
    private Restart() {}

    /**
     * What the user gave to {@code --resume}, or, of such a driver, the newest checkpoint: one that began from a given step, or
     * anew, would else do again, or refuse, what it has done. Where the first died before it began, its words hold.
     */
    static String resume(String given, boolean restarted, RunLease lease, Progress progress) {
        if (!restarted || !lease.sameApplicationBegan()) {
            return given;
        }
        progress.say("this application's driver was started again: it goes on from the newest checkpoint");
        return TrainingRun.LATEST;
    }
}
