package org.weft.driver.spark;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.weft.coordinator.Coordinator;

/** Tells the coordinator of executors that Spark has lost: sooner, as a rule, than their members' leases end. */
final class ExecutorWatch extends SparkListener {
    private final Coordinator coordinator;

    ExecutorWatch(Coordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        coordinator.executorLost(removed.executorId(), removed.reason());
    }
}
