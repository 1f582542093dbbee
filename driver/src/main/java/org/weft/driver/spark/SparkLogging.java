package org.weft.driver.spark;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * What Spark logs in the driver. A task that fails is logged there up to three times with its stack trace, though the
 * command reports the cause by itself, and so is a start that fails; executors of their own keep theirs.
 */
public final class SparkLogging {
    private static final List<String> FAILURES = List.of(
            "org.apache.spark.SparkContext",
            "org.apache.spark.executor.Executor",
            "org.apache.spark.scheduler.TaskSetManager");

    private SparkLogging() {}

    /** Leaves failures to the command's own error message. */
    public static void withoutFailures() {
        FAILURES.forEach(logger -> Configurator.setLevel(logger, Level.OFF));
    }
}
