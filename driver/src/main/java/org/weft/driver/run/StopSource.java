package org.weft.driver.run;

import org.weft.driver.progress.Progress;

/** Who may ask a run to end early, with a checkpoint. */
@FunctionalInterface
public interface StopSource {
    /** Nobody: the run is a part of someone else's application. */
    StopSource NONE = (requestStop, progress) -> () -> {};

    /** SIGTERM and SIGINT: the run is what the process is there for. */
    StopSource SIGNALS = (requestStop, progress) ->
            new StopSignals(requestStop, progress, "ending after this step, with a checkpoint");

    /** Until what comes back is closed. */
    Listening listen(Runnable requestStop, Progress progress);

    /** Ends listening when it is closed. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
