package org.weft.simulation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.CoordinatorSeam;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.Notice;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.WeftException;
import org.weft.core.batches.ValidationPart;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.Retries;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.CheckpointCommitter;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.run.ObserverSeam;

/**
 * The driver's process, as {@code TrainingRun} and {@code TrainingJob} put it together: the real lease, coordinator,
 * observer and committer.
 */
final class DriverProcess extends VirtualProcess {
    private static final int FIRST_GENERATION = 1;

    private final WeftConfig config;
    private final HeldLease lease;
    /** What the observer's thread is to do, as far as the invariants are to know. */
    private final Deque<Commit> fileTasks = new ArrayDeque<>();

    private boolean leaves;
    private boolean ended;
    private boolean endedWell;

    /** A checkpoint that is to be committed. */
    private record Commit(int generation, int step) {
        /** Anything else that it is told. */
        static final Commit NONE = new Commit(-1, -1);
    }

    DriverProcess(Simulation simulation) {
        super(simulation, "driver", new Address("driver", 0));
        config = simulation.scenario.config();
        lease = new HeldLease(this);
    }

    void launch() {
        start("main", () -> {
            try (RunLease held = lease.acquireAtLast()) {
                begin(held);
                train(held);
            } catch (IOException | WeftException e) {
                simulation.trace(() -> "the run cannot begin: " + e);
            }
            ended = true;
        });
    }

    private void begin(RunLease held) throws IOException {
        leaves = true; // Until it has begun.
        held.begin(FIRST_GENERATION);
        leaves = false;
        simulation.invariants.leases().driverBegan();
    }

    private void train(RunLease held) throws IOException {
        Scenario scenario = simulation.scenario;
        RunPlan plan = new RunPlan(
                config,
                scenario.layout(),
                512,
                Double.NaN,
                0,
                0,
                "",
                FIRST_GENERATION,
                ValidationPart.whole(scenario.validationBatches()),
                true,
                config.training().steps());
        ProcessStore store = new ProcessStore(simulation.files, new ProcessStore.Fate(this, false));
        BestStep best = new BestStep("loss", 0);
        CheckpointCommitter committer = new CheckpointCommitter(
                store,
                new RunIdentity(config, scenario.layout(), new Vocabulary(8192, "tok")),
                new CheckpointCommitter.Rules(
                        held::require, "", Retries.of(config.checkpoint().retries(), threads), best, 512));
        MetricsLog metrics = MetricsLog.open(store, config.run().directory(), 0);
        ObserverSeam observer = new ObserverSeam(plan, metrics, committer, best, held, threads);
        Coordinator coordinator = CoordinatorSeam.coordinator(
                plan, new Watched(observer.listener()), simulation.time::nowMillis, new EventExecutor(this));
        fileTasks.add(Commit.NONE);
        observer.attach(coordinator);
        new WatchedTransport(this, simulation.bug.transport(this, simulation.network.of(this)))
                .listen("host", coordinator);
        coordinator.start();
        held.onLost(coordinator::fail);
        stopInTime(coordinator);
        awaitEnd(coordinator);
        observer.close();
        if (endedWell) {
            int step = simulation.invariants.step();
            held.runEnded(step < config.training().steps(), step);
        }
    }

    private void stopInTime(Coordinator coordinator) {
        long stop = simulation.scenario.stopAtMicros();
        if (stop > 0) {
            later(stop, () -> {
                simulation.trace(() -> "the run is asked to stop");
                simulation.invariants.stopRequested();
                coordinator.requestStop();
            });
        }
    }

    private void awaitEnd(Coordinator coordinator) {
        Throwable failure = null;
        try {
            threads.await(coordinator.ended(), TimeUnit.HOURS.toNanos(1));
        } catch (ExecutionException e) {
            failure = e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
        simulation.invariants.ended(failure);
        endedWell = failure == null;
        leaves = true;
    }

    /** Takes back what the machine's process would otherwise do at its end. */
    void release() {
        lease.release();
    }

    /** Whether the run is over for it, so that it gives its lease back or has done so. */
    boolean leaves() {
        return leaves;
    }

    /** Whether the run is at its end, or as far as it was to go. */
    boolean endedWell() {
        return endedWell;
    }

    boolean hasEnded() {
        return ended;
    }

    @Override
    void taskDone(String threadName) {
        Commit commit = threadName.equals(ObserverSeam.FILES) ? fileTasks.remove() : Commit.NONE;
        if (commit == Commit.NONE) {
            return;
        }
        boolean done = lastMetrics().startsWith("{\"step\":" + commit.step() + ",\"checkpoint_stall_millis\"");
        simulation.trace(() -> (done ? "committed: " : "not committed: ") + commit);
        if (done) {
            simulation.invariants.committed(commit.generation(), commit.step());
        } else {
            simulation.invariants.commitFailed(commit.generation(), commit.step());
        }
    }

    /** The last line of {@code metrics.jsonl}: a commit, where the last task was one and did not fail. */
    private String lastMetrics() {
        byte[] bytes = simulation.files.get(
                simulation.scenario.config().run().directory().metrics());
        String text = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    /** What the observer is told, the invariants are told first. */
    private final class Watched implements RunListener {
        private final RunListener observer;

        Watched(RunListener observer) {
            this.observer = observer;
        }

        @Override
        public void stepDone(Step step) {
            simulation.trace(() -> "decided: version " + step.step());
            simulation.invariants.decided(step);
            fileTasks.add(Commit.NONE);
            observer.stepDone(step);
        }

        @Override
        public void evaluated(int step, Evaluation evaluation) {
            simulation.invariants.evaluated(step, evaluation.loss());
            fileTasks.add(Commit.NONE);
            observer.evaluated(step, evaluation);
        }

        @Override
        public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> files) {
            fileTasks.add(new Commit(generation, step));
            observer.checkpointWritten(generation, step, skipped, files);
        }

        @Override
        public void checkpointFailed(int step, String cause) {
            simulation.trace(() -> "checkpoint of version " + step + " failed: " + cause);
            fileTasks.add(Commit.NONE);
            observer.checkpointFailed(step, cause);
        }

        @Override
        public void generationBegan(int generation, int step) {
            fileTasks.add(Commit.NONE);
            observer.generationBegan(generation, step);
        }

        @Override
        public void notice(Notice notice) {
            simulation.trace(() -> "coordinator: " + notice.text());
            simulation.invariants.notice(notice.text());
            fileTasks.add(Commit.NONE);
            observer.notice(notice);
        }
    }
}
