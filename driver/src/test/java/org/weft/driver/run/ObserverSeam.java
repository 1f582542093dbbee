package org.weft.driver.run;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.Threads;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.CheckpointCommitter;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.RunWindows;

/** Lets the simulation have a run's observer, composed as {@link TrainingRun} does it. */
public final class ObserverSeam {
    /** Name of its thread. */
    public static final String FILES = "weft-run-files";

    private final RunObserver observer;

    public ObserverSeam(
            RunPlan plan,
            MetricsLog metrics,
            CheckpointCommitter committer,
            BestStep best,
            RunLease lease,
            Threads threads) {
        Progress nowhere = new Progress(new PrintStream(OutputStream.nullOutputStream()), false, threads::nanoTime);
        RunTally tally = new RunTally(plan, null);
        RunRecorder recorder = new RunRecorder(
                plan, RunWindows.open(List.of(), null), () -> TimeUnit.NANOSECONDS.toMillis(threads.nanoTime()));
        observer = new RunObserver(
                List.of(
                        recorder,
                        new ShownProgress(plan, nowhere),
                        tally,
                        new EarlyStop(plan.config().finetune(), best, nowhere),
                        new LeasedGenerations(lease)),
                List.of(
                        new LoggedMetrics(recorder, metrics),
                        new Commits(committer, metrics, recorder, tally::committed)),
                threads);
    }

    public void attach(Coordinator coordinator) {
        observer.begins(coordinator);
    }

    public RunListener listener() {
        return observer;
    }

    public void close() {
        observer.close();
    }
}
