package org.weft.driver.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.Amount;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.RunConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointCommitter;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.VerifiedCheckpoints;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;

/**
 * From a prepared subject to a finished run, under the run's lease: the one door through which everything is trained. For
 * one thread.
 */
public final class TrainingRun {
    /** {@code --resume} without a step. */
    public static final String LATEST = "latest";

    private final SparkApplication application;
    private final Progress progress;
    private final StopSource stops;
    private final RunListener listener;
    private final List<WindowProvider> windows;
    private final Store store;

    /**
     * @param stops who may ask the run to end early, with a checkpoint
     */
    public TrainingRun(SparkApplication application, Progress progress, StopSource stops) {
        this(application, progress, stops, new RunListener() {});
    }

    /**
     * @param listener told what the coordinator tells, on the thread that writes the run's files
     */
    public TrainingRun(SparkApplication application, Progress progress, StopSource stops, RunListener listener) {
        this(application, progress, stops, listener, WindowProvider.all());
    }

    /**
     * @param windows who shows the run
     */
    TrainingRun(
            SparkApplication application,
            Progress progress,
            StopSource stops,
            RunListener listener,
            List<WindowProvider> windows) {
        this.application = application;
        this.progress = progress;
        this.stops = stops;
        this.listener = listener;
        this.windows = windows;
        this.store = application.store();
    }

    /** Fails where what was given to {@code --resume} is no step. */
    public static void requireStep(String resume) {
        if (resume != null && !resume.equals(LATEST) && !resume.matches("\\d{1,8}")) {
            throw WeftException.usage("--resume " + resume + " is no step", "give a number, or --resume alone");
        }
    }

    /**
     * Trains to the last step, or until asked to stop.
     *
     * @param resume null to start anew, {@link #LATEST}, or a step
     * @throws WeftException where the run cannot start or go on, with what to do
     */
    public RunResult run(RunConfig run, String resume, Subject.Preparation preparation) throws IOException {
        // Before anything is read at length: executors start while a dead driver's lease is watched.
        try (RunLease lease = lease(run, resume);
                StopSource.Listening early = stops.notice(lease::stopRequested)) {
            String from = Restart.resume(resume, application.restarted(), lease, progress);
            return run(from, preparation.prepare(), lease, VerifiedCheckpoints.none());
        }
    }

    /**
     * Waits for the end of another driver of the run, and goes on from the newest checkpoint where that driver is dead or gave
     * the run back before its end.
     *
     * @param preparations each of which is done more than once: it is to keep what it has found, and to look whether that still
     *     holds
     * @return null where the run ended, finished or as it was asked to, under another driver
     */
    public RunResult standBy(WeftConfig config, Supplier<Subject.Preparation> preparations) throws IOException {
        VerifiedCheckpoints verified = new VerifiedCheckpoints();
        Standby standby = new Standby(application, config, progress, preparations, verified);
        try (RunLease lease = standby.await()) {
            if (lease == null) {
                return null;
            }
            try (StopSource.Listening early = stops.notice(lease::stopRequested)) {
                Subject subject = standby.preparation().prepare();
                new SameRun(store).require(subject);
                return run(inherited(lease), subject, lease, verified);
            }
        }
    }

    /** Where a driver was to go on that died before it had set later checkpoints aside; else the newest. */
    private String inherited(RunLease lease) {
        Integer step = lease.resumeStep();
        if (step == null) {
            return LATEST;
        }
        progress.say("the driver before this one was to go on from step " + step + ": so does this one");
        return step.toString();
    }

    private RunResult run(String resume, Subject subject, RunLease lease, VerifiedCheckpoints verified)
            throws IOException {
        RunResult result = goOn(resume, subject, lease, verified);
        lease.runEnded(result.stopped(), result.step());
        return result;
    }

    private RunResult goOn(String resume, Subject subject, RunLease lease, VerifiedCheckpoints verified)
            throws IOException {
        RunDirectory directory = subject.config().run().directory();
        CheckpointResolver resolver = new CheckpointResolver(store, progress::say, verified);
        Checkpoint own = new StartingPoint(store, progress).of(resume, subject, resolver);
        TrainingJob job = new TrainingJob(application, subject.workload(), subject.privacy());
        if (own == null) {
            check(job, subject, application.restarted()); // Before what it starts from is written.
        }
        Checkpoint start = own == null ? subject.initial().write() : own;
        // What checkpoints show, and what a driver that committed none wrote down.
        int generation = 1 + Math.max(lease.highestGeneration(), resolver.highestGeneration(directory));
        RunPlan plan = plan(subject, start, generation);
        if (LATEST.equals(resume) && start != null && plan.startStep() >= plan.endStep()) {
            RunResult over = over(subject, plan, start);
            if (over != null) {
                return over;
            }
        }
        if (own != null) {
            check(job, subject, true);
        }
        lease.begin(generation);
        if (start != null) {
            resolver.setAsideAfter(directory, plan.startStep(), generation);
        }
        lease.markBegun();
        store.write(directory.config(), ConfigLoader.toYaml(subject.config()).getBytes(StandardCharsets.UTF_8));
        Remarks.of(plan, subject.privacy()).forEach(progress::say);
        String secret = Remarks.onSecret(
                application.context().getConf(), subject.config().cluster().encrypt());
        if (!secret.isEmpty()) {
            progress.say(secret);
        }
        progress.say(String.format(
                "%s on %s and %s, steps %d to %d",
                subject.name(),
                Amount.of(subject.config().cluster().workers(), "worker"),
                Amount.of(subject.config().cluster().servers(), "server"),
                plan.startStep(),
                plan.endStep()));
        Runnable stop = () -> {
            lease.stopRequested();
            job.requestStop();
        };
        try (StopSource.Listening listening = stops.listen(stop, progress)) {
            return train(job, plan, subject, start, lease, own != null);
        }
    }

    private RunLease lease(RunConfig run, String resume) throws IOException {
        Integer step = resume == null || resume.equals(LATEST) ? null : Integer.valueOf(resume);
        DriverPlace driver = DriverPlace.here(application.context().sc().applicationId());
        return RunLease.acquire(store, run, driver, step, progress::say);
    }

    /** What can be refused before anything is written; {@code begun} of a run that has something to lose. */
    private void check(TrainingJob job, Subject subject, boolean begun) {
        job.check(subject.config(), subject.memory().orElse(null));
        WindowProvider.check(windows, subject.config(), application, begun ? progress : null);
    }

    /**
     * The lease of a run's directory, for whatever writes there.
     *
     * @throws WeftException where another driver has it
     */
    public static RunLease lease(SparkApplication application, RunConfig run, Progress progress) throws IOException {
        DriverPlace driver = DriverPlace.here(application.context().sc().applicationId());
        return RunLease.acquire(application.store(), run, driver, progress::say);
    }

    /** What came of a run of which nothing is left to do; null where there is. */
    private RunResult over(Subject subject, RunPlan plan, Checkpoint start) throws IOException {
        BestStep best = best(subject);
        best.take(MetricsLog.evaluations(store, subject.config().run().directory(), plan.startStep()));
        if (!subject.endsAt(plan.withStartEvaluated(best.knows(plan.startStep())))) {
            return null;
        }
        best.take(start.manifest());
        progress.say(start.directory() + " is this run's end: nothing to train");
        return new RunTally(plan, start).result(best, false);
    }

    private RunPlan plan(Subject subject, Checkpoint start, int generation) {
        return new RunPlan(
                subject.config(),
                subject.identity().layout(),
                subject.workload().tokensPerStep(),
                subject.workload().flopsPerToken(),
                start == null ? 0 : start.manifest().step(),
                start == null ? 0 : start.manifest().skippedSteps(),
                start == null ? "" : start.directory(),
                generation,
                subject.validation(),
                true,
                stops.endStep(subject.config().training().steps()));
    }

    /** Of a run whose evaluations are still to be told; which steps it has saved so far is known. */
    private BestStep best(Subject subject) throws IOException {
        BestStep best = new BestStep(
                subject.config().finetune().metric(),
                subject.config().finetune().patience());
        CheckpointResolver resolver = new CheckpointResolver(store, progress::say);
        resolver.committedSteps(subject.config().run().directory()).forEach(best::saved);
        return best;
    }

    /** Those who listen to the run, and what they need of its past. */
    private RunResult train(
            TrainingJob job, RunPlan planned, Subject subject, Checkpoint start, RunLease lease, boolean resumed)
            throws IOException {
        WeftConfig config = subject.config();
        BestStep best = best(subject);
        try (Recording recording = Recording.open(store, config.run().directory(), planned.startStep())) {
            best.take(recording.evaluations());
            // Where a dead driver left no line of the start's evaluation, evaluating it again writes one.
            RunPlan plan = planned.withStartEvaluated(best.knows(planned.startStep()));
            if (start != null) {
                best.take(start.manifest());
            }
            RunTally tally = new RunTally(plan, start);
            if (best.exhausted()) {
                progress.say(best.account() + ": the run has ended");
                return tally.result(best, false);
            }
            recording.begin(plan, subject, resumed, WindowProvider.of(windows, config, application));
            CheckpointCommitter committer = new CheckpointCommitter(
                    store,
                    subject.identity(),
                    new CheckpointCommitter.Rules(
                            lease::require,
                            plan.checkpoint(),
                            Retries.of(config.checkpoint().retries(), Threads.MACHINE),
                            best,
                            plan.tokensPerStep()));
            try (RunObserver observer = new RunObserver(
                    List.of(
                            job,
                            recording.recorder(),
                            new ShownProgress(plan, progress),
                            tally,
                            new EarlyStop(config.finetune(), best, progress),
                            new LeasedGenerations(lease)),
                    List.of(
                            recording.logged(),
                            listener,
                            new Commits(committer, recording.metrics(), recording.recorder(), tally::committed)),
                    Threads.MACHINE)) {
                job.run(plan, observer, lease);
            } catch (Throwable e) { // Spark's are checked, though Scala declares none; an Error is told of, too.
                recording.failed(tally.step(), e);
                throw e;
            } finally {
                progress.endBar();
            }
            recording.ended(tally.step(), job.stopRequested());
            return tally.result(best, job.stopRequested());
        }
    }
}
