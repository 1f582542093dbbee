package org.weft.corpus;

import java.io.IOException;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.weft.core.WeftException;

/**
 * Spark's work that ends with the first error which a task throws for a person to read. Spark would try the task again, as
 * often as {@code spark.task.maxFailures} says, and read a damaged file as often; the error would be the same.
 */
public final class FirstTaskError extends SparkListener {
    private static final String GROUP_KEY = "spark.jobGroup.id";

    private final SparkContext context;
    private final String group = "weft-" + UUID.randomUUID();
    private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
    private volatile WeftException first;

    private FirstTaskError(SparkContext context) {
        this.context = context;
    }

    /** What the calling thread has Spark do. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws IOException;
    }

    /**
     * The work's result.
     *
     * @throws WeftException the first that a task threw, rather than Spark's account of it
     */
    public static <T> T ends(JavaSparkContext spark, Work<T> work) throws IOException {
        FirstTaskError listener = new FirstTaskError(spark.sc());
        String before = spark.getLocalProperty(GROUP_KEY);
        spark.sc().addSparkListener(listener);
        spark.setLocalProperty(GROUP_KEY, listener.group);
        try {
            return work.run();
        } catch (Exception failure) { // Spark's is checked, and undeclared
            WeftException known = listener.first != null ? listener.first : WeftException.within(failure);
            if (known != null) {
                throw known;
            }
            throw failure;
        } finally {
            spark.setLocalProperty(GROUP_KEY, before);
            spark.sc().removeSparkListener(listener);
        }
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
        if (submitted.properties() != null && group.equals(submitted.properties().getProperty(GROUP_KEY))) {
            stages.add(submitted.stageInfo().stageId());
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (first == null
                && stages.contains(end.stageId())
                && end.reason() instanceof ExceptionFailure failure
                && failure.exception().isDefined()) {
            first = WeftException.within(failure.exception().get());
            if (first != null) {
                context.cancelJobGroup(group);
            }
        }
    }
}
