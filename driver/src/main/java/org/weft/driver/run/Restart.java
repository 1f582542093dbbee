package org.weft.driver.run;

import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;

/** A driver that the cluster has started again, with the words of the first: it goes on with what that one began. */
final class Restart {
    private Restart() {}

    /** What the user gave to {@code --resume}, or, of such a driver, the newest checkpoint though nobody said so. */
    static String resume(String given, SparkApplication application, RunLease lease, Progress progress) {
        if (given != null || !application.restarted() || !lease.sameApplicationBefore()) {
            return given;
        }
        progress.say("this application's driver was started again: it goes on from the newest checkpoint");
        return TrainingRun.LATEST;
    }
}
