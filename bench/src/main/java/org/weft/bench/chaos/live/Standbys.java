package org.weft.bench.chaos.live;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.weft.bench.chaos.RunLog;
import org.weft.bench.chaos.StandbyLog;
import org.weft.bench.chaos.Told;

/** The drivers of a run that stand by, one at a time. For the run's thread; {@link #close} for any. */
final class Standbys implements AutoCloseable {
    /** A standby has that long to see that its run is over, and to end. */
    private static final long END_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final Starter starter;
    private final RunLog run;
    private volatile CommandProcess process;
    private StandbyLog said;

    /** Starts the run's command. */
    @FunctionalInterface
    interface Starter {
        CommandProcess start(Told told, String... options) throws IOException;
    }

    Standbys(Starter starter, RunLog run) {
        this.starter = starter;
        this.run = run;
    }

    /**
     * Starts one where there is none. One that ended well has seen the run's end, which its driver is still busy with.
     *
     * @return what is wrong with the one that there was; empty where nothing is
     */
    String keep() throws IOException {
        String trouble = "";
        if (process != null && !process.isAlive() && process.exitStatus() != 0) {
            trouble = "a standby ended with " + process.exitStatus();
            process = null;
        }
        if (process == null) {
            said = new StandbyLog(run);
            process = starter.start(said, "--standby");
        }
        return trouble;
    }

    /** Whether one is there that can take a run over, now or in a while. */
    boolean isThere() {
        return process != null && process.isAlive() && !said.application().isEmpty();
    }

    /** How far it is, for the table. */
    String standing() {
        return said.isReady() ? "a standby was ready" : "a standby was starting";
    }

    /** Spark's id of the one that is there. */
    String application() {
        return said.application();
    }

    /** The one that is there is the run's driver from now on. */
    CommandProcess succeed() {
        CommandProcess driver = process;
        process = null;
        run.driverStarts();
        return driver;
    }

    /**
     * Waits for the end of the one that is there, which ends with its run.
     *
     * @return what is wrong; empty where nothing is
     */
    String end() {
        CommandProcess left = process;
        if (left == null) {
            return "";
        }
        long until = System.currentTimeMillis() + END_MILLIS;
        while (left.isAlive() && System.currentTimeMillis() < until) {
            Shell.sleep(50);
        }
        String trouble = "";
        if (left.isAlive()) {
            trouble = "the standby did not end with its run";
        } else if (left.exitStatus() != 0) {
            trouble = "the standby ended with " + left.exitStatus();
        }
        close();
        return trouble;
    }

    @Override
    public void close() {
        CommandProcess left = process;
        process = null;
        if (left != null) {
            left.close();
        }
    }
}
