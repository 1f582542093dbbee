package org.weft.driver.run;

import org.weft.driver.progress.Progress;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * While open, SIGTERM and the first SIGINT ask what runs to end in its own way; a second SIGINT ends the process. The JVM's
 * own handling would take Spark, and answers that are half written, down first.
 */
public final class StopSignals implements StopSource.Listening {
    private static final Signal TERM = new Signal("TERM");
    private static final Signal INT = new Signal("INT");

    private final SignalHandler previousTerm;
    private final SignalHandler previousInt;

    /** @param ending what is said of how it will end */
    public StopSignals(Runnable requestStop, Progress progress, String ending) {
        previousTerm = Signal.handle(TERM, signal -> {
            progress.say("SIGTERM: " + ending);
            requestStop.run();
        });
        previousInt = Signal.handle(INT, signal -> {
            progress.say("interrupted: " + ending + "; once more to end at once");
            restoreInt();
            requestStop.run();
        });
    }

    private void restoreInt() {
        Signal.handle(INT, previousInt);
    }

    @Override
    public void close() {
        Signal.handle(TERM, previousTerm);
        restoreInt();
    }
}
