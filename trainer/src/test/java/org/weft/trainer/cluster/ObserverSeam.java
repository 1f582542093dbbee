package org.weft.trainer.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.function.IntConsumer;
import org.weft.core.Threads;
import org.weft.trainer.checkpoint.BestStep;
import org.weft.trainer.checkpoint.CheckpointCommitter;
import org.weft.trainer.coordinator.Coordinator;
import org.weft.trainer.coordinator.RunListener;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.report.MetricsLog;
import org.weft.trainer.report.Progress;

/** Lets the simulation have a run's observer. */
public final class ObserverSeam {
    /** Name of its thread. */
    public static final String FILES = "weft-run-files";

    private final RunObserver observer;

    public ObserverSeam(
            RunPlan plan,
            MetricsLog metrics,
            CheckpointCommitter committer,
            BestStep best,
            IntConsumer generations,
            Threads threads) {
        Progress nowhere = new Progress(new PrintStream(OutputStream.nullOutputStream()), false, threads::nanoTime);
        RunObserver.Watchers watchers = new RunObserver.Watchers(best, generations, step -> {});
        observer = new RunObserver(plan, nowhere, metrics, committer, watchers, threads);
    }

    public void attach(Coordinator coordinator) {
        observer.attach(coordinator);
    }

    public RunListener listener() {
        return observer;
    }

    public void close() {
        try {
            observer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
