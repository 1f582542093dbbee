package org.weft.monitoring.mlflow;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
 * {@value #MOST_PENDING} are kept and tried again, after longer and longer pauses; that is said once.
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
    private MlflowEntry.Opened opened;
    private long nextTry;
    private long pause = SEND_NANOS;
    private boolean failing;
    private long dropped;

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
        trySend();
    }

    @Override
    public void record(RunRecord record) throws IOException {
        pending.add(record);
        if (pending.size() > MOST_PENDING) {
            pending.remove();
            dropped++;
        }
        if (nanoTime.getAsLong() - nextTry >= 0) {
            trySend();
        }
    }

    private void trySend() throws IOException {
        try {
            send();
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

    private void send() throws IOException {
        if (opened == null) {
            opened = entry.open(server, description);
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
        return record instanceof StepRecord && record.step() <= opened.known()
                || record instanceof EvaluationRecord && record.step() < opened.known();
    }

    /** What the server will never take keeps nothing else from it. */
    private void log(List<Metric> batch, int records) throws IOException {
        try {
            if (!batch.isEmpty()) {
                opened.run().log(batch);
            }
        } catch (MlflowException e) {
            if (e.passes() || e.deniesAccess()) {
                throw e;
            }
            if (dropped == 0) {
                LOG.warn(
                        "MLflow does not take what happened at step {}: {}",
                        batch.get(0).step(),
                        e.getMessage());
            }
            dropped += records;
        }
        for (int i = 0; i < records; i++) {
            pending.remove();
        }
    }

    @Override
    public void closed(RunOutcome outcome) throws IOException {
        server.timeout(LAST_CALLS);
        trySend();
        dropped += pending.size();
        if (dropped > 0) {
            LOG.warn(
                    "MLflow at {} was not told of {} records of the run; metrics.jsonl has them all",
                    server.uri(),
                    dropped);
        }
        if (opened != null && !failing) {
            entry.close(opened.run(), outcome);
        }
    }
}
