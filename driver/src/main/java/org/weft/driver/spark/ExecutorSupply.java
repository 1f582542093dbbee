package org.weft.driver.spark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.DaemonThreads;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.transport.Deadline;

/**
 * Ends jobs that no executor works on: none comes, or each one dies as soon as it is there. Spark by itself
 * waits, and replaces them, for ever. The two stages of a run are left alone: the coordinator knows more of them.
 *
 * <p>Told by Spark's listener thread; looks for executors on a thread of its own.
 */
public final class ExecutorSupply extends SparkListener implements AutoCloseable {
    /** Executors lost one after another, none of which was given a task, before jobs are given up. */
    static final int LOST_IN_A_ROW = 10;

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorSupply.class);
    private static final long LOOK_MILLIS = 500;
    /** Stands before the reason in what Spark makes of it. */
    private static final String MARK = "no executor works on this: ";

    /** As Spark words what is done, or under way, with an application that is over. */
    private static final List<String> ENDED =
            List.of("Cannot call methods on a stopped SparkContext", "cancelled because SparkContext was shut down");

    private final Duration patience;
    private final IntSupplier executors;
    private final BiConsumer<Integer, String> cancel;
    private final Set<Integer> jobs = new HashSet<>();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("weft-executor-supply"));
    private Deadline arrival;
    private final Set<Long> running = new HashSet<>();
    private int lost;

    /**
     * @param patience how long jobs may wait without any executor
     * @param executors how many there are now
     * @param cancel ends the job of a number, for a reason
     */
    ExecutorSupply(Duration patience, IntSupplier executors, BiConsumer<Integer, String> cancel) {
        this.patience = patience;
        this.executors = executors;
        this.cancel = cancel;
    }

    /** Watches the jobs of an application until closed. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends when the clock is stopped.
    static ExecutorSupply watch(JavaSparkContext context, Duration patience) {
        ExecutorSupply supply =
                new ExecutorSupply(patience, () -> Slots.of(context).executors(), (job, reason) -> context.sc()
                        .cancelJob(job, reason));
        context.sc().addSparkListener(supply);
        supply.clock.scheduleWithFixedDelay(supply::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return supply;
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart started) {
        if (!LongStage.owns(started.properties())) {
            jobs.add(started.jobId());
        }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd ended) {
        jobs.remove(ended.jobId());
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart started) {
        running.add(started.taskInfo().taskId());
        lost = 0;
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd ended) {
        running.remove(ended.taskInfo().taskId());
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        if (jobs.isEmpty() || !running.isEmpty()) {
            lost = 0; // an idle one that was given back, or one with a task, whose failures Spark counts
        } else if (++lost == LOST_IN_A_ROW) {
            giveUp(lost + " executors were lost one after another before any was given a task, the last one: "
                    + removed.reason());
        }
    }

    /** What the clock does. */
    synchronized void look() {
        try {
            lookForExecutors();
        } catch (RuntimeException e) {
            LOG.warn("executors could not be counted: {}", e.toString()); // An exception would stop the clock.
        }
    }

    private void lookForExecutors() {
        if (jobs.isEmpty() || executors.getAsInt() > 0) {
            arrival = null;
        } else if (arrival == null) {
            arrival = Deadline.in(patience);
        } else if (arrival.passed()) {
            giveUp("none was there for " + patience.toSeconds() + " s (cluster.start_timeout_seconds)");
        }
    }

    private void giveUp(String reason) {
        List<Integer> all = new ArrayList<>(jobs);
        jobs.clear();
        lost = 0;
        all.forEach(job -> cancel.accept(job, MARK + reason));
    }

    /** Fails where Spark has ended the application by itself: nothing will come of waiting for it. */
    static void requireRunning(JavaSparkContext context) {
        if (context.sc().isStopped()) {
            throw ended(null);
        }
    }

    private static WeftException ended(Throwable failure) {
        return new WeftException(
                ExitStatus.CLUSTER,
                "Spark has ended this application: the cluster took it away, or its master is out of reach",
                "see Spark's lines above, and the log of the master or resource manager",
                failure);
    }

    /** The failure in words for a person, where a watch like this one or Spark ended the job; null where none did. */
    public static WeftException explain(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage());
            if (ENDED.stream().anyMatch(message::contains)) {
                return ended(failure);
            }
            int found = message.indexOf(MARK);
            if (at instanceof SparkException && found >= 0) {
                return new WeftException(
                        ExitStatus.CLUSTER,
                        message.substring(found),
                        "see the executors' own logs, and whether the cluster has room for one:"
                                + " cluster.executor_memory, --executor-cores, the queue",
                        failure);
            }
        }
        return null;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
