package org.weft.monitoring.spark;

import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.spark.ScalaCollections;

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
        sources().forEach(metrics()::removeSource); // Of a run whose end was not told: Spark has one of a name.
        metrics().registerSource(source);
    }

    @Override
    public void record(RunRecord record) {
        source.take(record);
    }

    @Override
    public void closed(RunOutcome outcome) {
        try {
            metrics().report(); // What sinks that report now and then have not had yet.
        } finally {
            if (sources().contains(source)) { // Spark removes by name, which a later run may have by now.
                metrics().removeSource(source);
            }
        }
    }

    private static List<Source> sources() {
        return ScalaCollections.list(metrics().getSourcesByName(RunSource.NAME));
    }

    private static MetricsSystem metrics() {
        return SparkEnv.get().metricsSystem();
    }
}
