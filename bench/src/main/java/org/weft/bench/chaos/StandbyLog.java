package org.weft.bench.chaos;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a standby says: nothing of it is the run's before it takes the run over. Lines come on the thread that reads its output;
 * questions from any.
 */
public final class StandbyLog implements Told {
    private static final Pattern APPLICATION = Pattern.compile("standby of \\S+, application (\\S+)");

    private final RunLog run;
    private boolean drives;
    private boolean ready;
    private String application = "";

    /**
     * @param run of the driver whose place it may take
     */
    public StandbyLog(RunLog run) {
        this.run = run;
    }

    @Override
    public synchronized void line(long millis, String text) {
        Matcher found = APPLICATION.matcher(text);
        if (found.find()) {
            application = found.group(1);
        }
        ready |= text.contains("this standby is ready");
        if (text.contains("taking the run over: ")) {
            drives = true;
            run.driverStarts();
        }
        drives &= !text.contains("another driver was faster");
        if (drives) {
            run.line(millis, text);
        }
    }

    /** Spark's id of it, or empty before it has one. */
    public synchronized String application() {
        return application;
    }

    /** Whether it has done all that can be done beforehand. */
    public synchronized boolean isReady() {
        return ready;
    }
}
