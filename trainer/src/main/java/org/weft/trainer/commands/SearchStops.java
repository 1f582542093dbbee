package org.weft.trainer.commands;

import java.util.ArrayList;
import java.util.List;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSource;

/** One wish to end for all trials that run, and for those that would follow. Safe for use by many threads. */
final class SearchStops implements AutoCloseable {
    private final List<Runnable> running = new ArrayList<>();
    private final StopSource.Listening asked;
    private boolean requested;

    /** @param source who may ask the search to end */
    SearchStops(StopSource source, Progress progress) {
        this.asked = source.listen(this::request, progress);
    }

    /** Ends each trial after its step at hand, with a checkpoint. */
    synchronized void request() {
        requested = true;
        List.copyOf(running).forEach(Runnable::run);
    }

    synchronized boolean requested() {
        return requested;
    }

    /** Of a trial that ends at a step by itself. */
    StopSource endingAt(int step) {
        return new StopSource() {
            @Override
            public Listening listen(Runnable requestStop, Progress progress) {
                return begin(requestStop);
            }

            @Override
            public int endStep(int steps) {
                return Math.min(step, steps);
            }
        };
    }

    private synchronized StopSource.Listening begin(Runnable requestStop) {
        running.add(requestStop);
        if (requested) {
            requestStop.run();
        }
        return () -> end(requestStop);
    }

    private synchronized void end(Runnable requestStop) {
        running.remove(requestStop);
    }

    @Override
    public void close() {
        asked.close();
    }
}
