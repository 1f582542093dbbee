package org.weft.bench.dedup;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.StageInfo;

/** What Spark tells of each stage of a run. */
final class StageTable extends SparkListener {
    private static final double MEGA = 1e6;

    private final Map<Integer, String> rows = new TreeMap<>();
    private int fewestTasks = Integer.MAX_VALUE;
    private long spilled;

    @Override
    public synchronized void onStageCompleted(SparkListenerStageCompleted completed) {
        StageInfo stage = completed.stageInfo();
        TaskMetrics metrics = stage.taskMetrics();
        fewestTasks = Math.min(fewestTasks, stage.numTasks());
        spilled += metrics.diskBytesSpilled();
        rows.put(
                stage.stageId(),
                String.format(
                        Locale.ROOT,
                        "| %d | %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f |",
                        stage.stageId(),
                        stage.name(),
                        stage.numTasks(),
                        metrics.executorRunTime() / 1000.0,
                        metrics.inputMetrics().bytesRead() / MEGA,
                        metrics.shuffleReadMetrics().totalBytesRead() / MEGA,
                        metrics.shuffleWriteMetrics().bytesWritten() / MEGA,
                        metrics.diskBytesSpilled() / MEGA));
    }

    synchronized void print() {
        System.out.println("| stage | at | tasks | s, summed | input MB | shuffle read MB | written MB | spilled MB |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        rows.values().forEach(System.out::println);
        System.out.printf(
                "%d stages, fewest tasks of one: %d; spilled by Spark %.1f MB%n",
                rows.size(), fewestTasks, spilled / MEGA);
    }
}
