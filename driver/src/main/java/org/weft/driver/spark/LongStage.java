package org.weft.driver.spark;

import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Spark job of one stage whose tasks last as long as the run: one task a server or worker, placed and replaced by
 * Spark. Runs on a thread of its own.
 */
public final class LongStage {
    private static final Logger LOG = LoggerFactory.getLogger(LongStage.class);
    private static final String MARK = "weft.long-stage";

    private final JavaSparkContext context;
    private final String group;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private LongStage(JavaSparkContext context, String group) {
        this.context = context;
        this.group = group;
    }

    /**
     * Starts the stage.
     *
     * @param gpus GPUs of one task; 0 for tasks that need none
     */
    public static LongStage start(
            JavaSparkContext context, String group, int tasks, int gpus, VoidFunction<Iterator<Integer>> task) {
        return start(context, group, IntStream.range(0, tasks).boxed().toList(), gpus, task);
    }

    /** The same of tasks that are given these numbers. */
    public static LongStage start(
            JavaSparkContext context,
            String group,
            List<Integer> numbers,
            int gpus,
            VoidFunction<Iterator<Integer>> task) {
        LongStage stage = new LongStage(context, group);
        Thread thread = new Thread(() -> stage.run(numbers, gpus, task), group);
        thread.setDaemon(true);
        thread.start();
        return stage;
    }

    private void run(List<Integer> numbers, int gpus, VoidFunction<Iterator<Integer>> task) {
        try {
            context.setJobGroup(group, group, true);
            context.setLocalProperty(MARK, group);
            JavaRDD<Integer> rdd = context.parallelize(numbers, numbers.size());
            (Slots.hasGpus(context.getConf()) ? rdd.withResources(profile(gpus)) : rdd).foreachPartition(task);
            done.complete(null);
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }

    /** A task profile alone: any executor will do, and only tasks that ask for a GPU are given one. */
    private ResourceProfile profile(int gpus) {
        TaskResourceRequests requests =
                new TaskResourceRequests().cpus(context.getConf().getInt("spark.task.cpus", 1));
        if (gpus > 0) {
            requests.resource("gpu", gpus);
        }
        return new ResourceProfileBuilder().require(requests).build();
    }

    /** Whether a job with these properties, null for none, is one of these stages. */
    static boolean owns(Properties job) {
        return job != null && job.getProperty(MARK) != null;
    }

    /** Completes when all tasks have ended, or with what made Spark give the job up. */
    public CompletableFuture<Void> done() {
        return done;
    }

    /** Whether one of its tasks runs. */
    boolean hasBegun() {
        JavaSparkStatusTracker tracker = context.statusTracker();
        return IntStream.of(tracker.getJobIdsForGroup(group))
                .mapToObj(tracker::getJobInfo)
                .filter(Objects::nonNull)
                .flatMapToInt(job -> IntStream.of(job.stageIds()))
                .mapToObj(tracker::getStageInfo)
                .anyMatch(stage -> stage != null && stage.numActiveTasks() > 0);
    }

    /** Ends it where it still waits for a slot: nothing is to begin any more. */
    public void cancelUnlessBegun() {
        if (!hasBegun()) {
            cancel();
        }
    }

    /** Ends it, whatever its tasks do. */
    public void cancel() {
        if (!done.isDone()) {
            context.cancelJobGroup(group);
        }
    }

    /** Tasks leave by themselves once the run is over; those that do not within {@code patience} are cancelled. */
    public static void leave(Duration patience, LongStage... stages) {
        CompletableFuture<?>[] ends = Arrays.stream(stages).map(LongStage::done).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("tasks did not leave within {} s and are cancelled", patience.toSeconds());
        } catch (ExecutionException e) {
            LOG.debug("a stage failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            for (LongStage stage : stages) {
                stage.cancel();
            }
        }
    }
}
