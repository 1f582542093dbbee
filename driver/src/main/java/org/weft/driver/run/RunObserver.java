package org.weft.driver.run;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.Notice;
import org.weft.coordinator.RunListener;
import org.weft.core.Threads;
import org.weft.core.protocol.SavedRange;

/**
 * Hands what a coordinator tells to those who do something with it, and decides on which thread. There are two: what only
 * computes or prints is done at once, on the coordinator's thread; whatever touches storage is done by one thread of this
 * class, in the order of the events. So listeners of files need no locks among themselves, a step's line stands in the log
 * before the checkpoint that follows it is committed, and slow storage never holds the coordinator up.
 */
final class RunObserver implements RunListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunObserver.class);

    private final List<RunListener> atOnce;
    private final List<RunListener> onFiles;
    private final ExecutorService files;

    /**
     * @param atOnce told on the coordinator's thread
     * @param onFiles told on the files' thread
     */
    RunObserver(List<RunListener> atOnce, List<RunListener> onFiles, Threads threads) {
        this.atOnce = List.copyOf(atOnce);
        this.onFiles = List.copyOf(onFiles);
        this.files = threads.single("weft-run-files");
    }

    @Override
    public void begins(Coordinator coordinator) {
        tell(listener -> listener.begins(coordinator));
    }

    @Override
    public void stepDone(Step step) {
        tell(listener -> listener.stepDone(step));
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        tell(listener -> listener.evaluated(step, evaluation));
    }

    @Override
    public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> saved) {
        tell(listener -> listener.checkpointWritten(generation, step, skipped, saved));
    }

    @Override
    public void checkpointFailed(int step, String cause) {
        tell(listener -> listener.checkpointFailed(step, cause));
    }

    @Override
    public void generationBegan(int generation, int step) {
        tell(listener -> listener.generationBegan(generation, step));
    }

    @Override
    public void requiredAreHere() {
        tell(RunListener::requiredAreHere);
    }

    @Override
    public void notice(Notice notice) {
        LOG.info(notice.text());
        tell(listener -> listener.notice(notice));
    }

    private void tell(Consumer<RunListener> event) {
        atOnce.forEach(event);
        try {
            files.execute(() -> onFiles.forEach(listener -> tellOne(listener, event)));
        } catch (RejectedExecutionException ended) {
            LOG.debug("told after the run's end", ended); // Members that leave.
        }
    }

    /** A listener that fails keeps nothing from those behind it: a checkpoint's commit may be among them. */
    private static void tellOne(RunListener listener, Consumer<RunListener> event) {
        try {
            event.accept(listener);
        } catch (RejectedExecutionException ended) {
            LOG.debug("the coordinator was told after the run's end", ended); // A commit that outlives it.
        } catch (RuntimeException e) {
            LOG.warn("{} failed on what it was told", listener.getClass().getSimpleName(), e);
        }
    }

    /** Waits until what was told has been done, a minute at most. */
    @Override
    public void close() {
        files.shutdown();
        try {
            if (!files.awaitTermination(1, TimeUnit.MINUTES)) {
                files.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
