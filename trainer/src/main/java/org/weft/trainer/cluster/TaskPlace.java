package org.weft.trainer.cluster;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * Where a long task runs.
 *
 * @param attempt of this task; Spark counts anew in each stage attempt
 * @param host that others reach this executor at
 */
record TaskPlace(int attempt, String host, String executor) {
    private static final int ATTEMPTS_PER_STAGE = 1000;

    static TaskPlace here() {
        TaskContext task = TaskContext.get();
        SparkEnv env = SparkEnv.get();
        return new TaskPlace(
                task.stageAttemptNumber() * ATTEMPTS_PER_STAGE + task.attemptNumber(),
                env.blockManager().blockManagerId().host(),
                env.executorId());
    }
}
