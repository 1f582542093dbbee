package org.weft.trainer.cluster;

import org.weft.trainer.report.Progress;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * While open, SIGTERM and the first SIGINT ask the run to end with a checkpoint; a second SIGINT ends the process. The
 * JVM's own handling would take Spark down first.
 */
final class StopSignals implements StopSource.Listening {
    private static final Signal TERM = new Signal("TERM");
    private static final Signal INT = new Signal("INT");

    private final SignalHandler previousTerm;
    private final SignalHandler previousInt;

    StopSignals(Runnable requestStop, Progress progress) {
        previousTerm = Signal.handle(TERM, signal -> {
            progress.say("SIGTERM: ending after this step, with a checkpoint");
            requestStop.run();
        });
        previousInt = Signal.handle(INT, signal -> {
            progress.say("interrupted: ending after this step, with a checkpoint; once more to end at once");
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
