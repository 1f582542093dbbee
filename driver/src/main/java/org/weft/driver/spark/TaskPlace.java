package org.weft.driver.spark;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Where a long task runs.
 *
 * @param attempt of this task; Spark counts anew in each stage attempt
 * @param host that others reach this executor at
 */
record TaskPlace(int attempt, String host, String executor) {
    private static final int ATTEMPTS_PER_STAGE = 1000;

    static TaskPlace here() {
        leaveInterruptsToDriver();
        TaskContext task = TaskContext.get();
        SparkEnv env = SparkEnv.get();
        return new TaskPlace(
                task.stageAttemptNumber() * ATTEMPTS_PER_STAGE + task.attemptNumber(),
                env.blockManager().blockManagerId().host(),
                env.executorId());
    }

    /**
     * Ctrl-C on a terminal reaches executors that the driver started there too; were they to end by it, the run could
     * not write its last checkpoint. They end when the driver does.
     */
    private static void leaveInterruptsToDriver() {
        if (!SparkEnv.get().executorId().equals("driver")) {
            Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        }
    }
}
