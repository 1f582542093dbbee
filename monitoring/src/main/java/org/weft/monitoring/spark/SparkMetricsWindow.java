package org.weft.monitoring.spark;

import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.RunWindow;

/** The run's newest numbers in Spark's metrics system, until the run's process ends: after that they would be stale. */
final class SparkMetricsWindow implements RunWindow {
    private RunSource source;

    @Override
    public String name() {
        return "Spark's metrics";
    }

    @Override
    public void opened(RunDescription run) {
        source = new RunSource(run);
        metrics().registerSource(source);
    }

    @Override
    public void record(RunRecord record) {
        source.take(record);
    }

    @Override
    public void closed(RunOutcome outcome) {
        metrics().report(); // What sinks that report now and then have not had yet.
        metrics().removeSource(source);
    }

    private static MetricsSystem metrics() {
        return SparkEnv.get().metricsSystem();
    }
}
