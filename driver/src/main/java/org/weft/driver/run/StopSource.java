package org.weft.driver.run;

import org.weft.driver.progress.Progress;

/** Who may ask a run to end early, with a checkpoint. */
@FunctionalInterface
public interface StopSource {
    /** Nobody: the run is a part of someone else's application. */
    StopSource NONE = (requestStop, progress) -> () -> {};

    /** SIGTERM and SIGINT: the run is what the process is there for. */
    StopSource SIGNALS = new StopSource() {
        @Override
        public Listening listen(Runnable requestStop, Progress progress) {
            return new StopSignals(requestStop, progress, "ending after this step, with a checkpoint");
        }

        @Override
        public Listening notice(Runnable asked) {
            return new StopNotices(asked);
        }
    };

    /** Until what comes back is closed. */
    Listening listen(Runnable requestStop, Progress progress);

    /**
     * Until what comes back is closed, tells of what ends the process: there is nothing yet that could end in its own way. By
     * default there is no such thing.
     *
     * @param asked is not to wait
     */
    default Listening notice(Runnable asked) {
        return () -> {};
    }

    /**
     * The step that a run ends at by itself, evaluated and saved as its last would be, and from which it may go on another time.
     *
     * @param steps of the whole run
     */
    default int endStep(int steps) {
        return steps;
    }

    /** Ends listening when it is closed. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
