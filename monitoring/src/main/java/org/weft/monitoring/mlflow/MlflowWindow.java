package org.weft.monitoring.mlflow;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.mlflow.MlflowRun.Metric;

/**
 * Shows the run in MLflow. Records are sent in batches, every few seconds. Where the server does not answer, the newest
 * {@value #MOST_PENDING} are kept and tried again, after longer and longer pauses; that is said once. Older ones are read
 * from the run's log once it answers.
 */
public final class MlflowWindow implements RunWindow {
    static final int MOST_PENDING = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(MlflowWindow.class);
    private static final long SEND_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** The run's process waits for the end. */
    private static final Duration LAST_CALLS = Duration.ofSeconds(3);

    private final MlflowServer server;
    private final MlflowEntry entry;
    private final LongSupplier nanoTime;
    private final Deque<RunRecord> pending = new ArrayDeque<>();

    private RunDescription description;
    /** Kept, so that what fails after it never begins another. */
    private MlflowRun run;

    /** The server has the steps up to here from before; empty until it was told that this process is at work. */
    private OptionalInt known = OptionalInt.empty();

    private long nextTry;
    private long pause = SEND_NANOS;
    private boolean failing;
    /** Records that are not kept, but stand in the run's log. */
    private long missed;

    private long refused;

    /** What a server may fail at. */
    @FunctionalInterface
    private interface Call {
        void run() throws IOException;
    }

    MlflowWindow(MlflowServer server, MlflowEntry entry, LongSupplier nanoTime) {
        this.server = server;
        this.entry = entry;
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "MLflow";
    }

    @Override
    public void opened(RunDescription of) throws IOException {
        description = of;
        attempt(this::send);
    }

    @Override
    public void record(RunRecord record) throws IOException {
        pending.add(record);
        if (pending.size() > MOST_PENDING) {
            pending.remove();
            missed++;
        }
        if (nanoTime.getAsLong() - nextTry >= 0) {
            attempt(this::send);
        }
    }

    private void attempt(Call call) throws IOException {
        try {
            call.run();
            if (failing) {
                LOG.info("MLflow at {} answers again", server.uri());
            }
            failing = false;
            pause = SEND_NANOS;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn(
                        "MLflow at {} is not told of the run, which goes on; tried again later: {}",
                        server.uri(),
                        e.toString());
            }
            failing = true;
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
        nextTry = nanoTime.getAsLong() + pause;
    }

    private void open() throws IOException {
        if (run == null) {
            run = entry.find(server, description);
        }
        if (known.isEmpty()) {
            known = OptionalInt.of(entry.open(server, run, description));
        }
    }

    private void send() throws IOException {
        open();
        if (missed > 0 && !pending.isEmpty()) {
            RunRecord first = pending.element();
            entry.catchUp(run, first instanceof StepRecord ? first.step() - 1 : first.step());
            missed = 0;
        }
        while (!pending.isEmpty()) {
            List<Metric> batch = new ArrayList<>();
            int taken = 0;
            for (RunRecord record : pending) {
                List<Metric> metrics = isKnown(record) ? List.of() : Metric.of(record);
                if (batch.size() + metrics.size() > MlflowRun.MOST_METRICS) {
                    break;
                }
                batch.addAll(metrics);
                taken++;
            }
            log(batch, taken);
        }
    }

    /** Steps and evaluations that the server has from before the run went back give the same numbers again. */
    private boolean isKnown(RunRecord record) {
        return record instanceof StepRecord && record.step() <= known.getAsInt()
                || record instanceof EvaluationRecord && record.step() < known.getAsInt();
    }

    /** What MLflow itself will never take keeps nothing else from it; what stands before it may let the same through later. */
    private void log(List<Metric> batch, int records) throws IOException {
        try {
            if (!batch.isEmpty()) {
                run.log(batch);
            }
        } catch (MlflowException e) {
            if (e.passes() || e.deniesAccess() || !e.isMlflows()) {
                throw e;
            }
            if (refused == 0) {
                LOG.warn(
                        "MLflow does not take what happened at step {}: {}",
                        batch.get(0).step(),
                        e.getMessage());
            }
            refused += records;
        }
        for (int i = 0; i < records; i++) {
            pending.remove();
        }
    }

    @Override
    public void closed(RunOutcome outcome) throws IOException {
        server.timeout(LAST_CALLS);
        attempt(
                () -> { // How it ended is worth more than its last numbers.
                    open();
                    entry.end(run, outcome);
                });
        if (!failing) {
            attempt(this::send);
        }
        long dropped = refused + missed + pending.size();
        if (dropped > 0) {
            LOG.warn(
                    "MLflow at {} was not told of {} records of the run; metrics.jsonl has them all",
                    server.uri(),
                    dropped);
        }
        if (!failing) {
            entry.putFiles(run);
        }
    }
}
