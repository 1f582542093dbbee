package org.weft.driver.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Says now and then how much of a stage is done: a line in ten seconds at the most, so that of a short one nothing is said.
 * The two stages of a run have a progress of their own. Told by Spark's listener thread alone.
 */
final class StageProgress extends SparkListener {
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Consumer<String> say;
    private final LongSupplier nanoClock;
    private final Map<Integer, Stage> stages = new HashMap<>();
    private long lastSaid;

    /** A stage in the making. */
    private static final class Stage {
        private final int tasks;
        private int done;

        Stage(int tasks) {
            this.tasks = tasks;
        }
    }

    StageProgress(Consumer<String> say, LongSupplier nanoClock) {
        this.say = say;
        this.nanoClock = nanoClock;
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
        if (!LongStage.owns(submitted.properties())) {
            stages.put(
                    submitted.stageInfo().stageId(),
                    new Stage(submitted.stageInfo().numTasks()));
            lastSaid = nanoClock.getAsLong();
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd ended) {
        Stage stage = stages.get(ended.stageId());
        if (stage == null || !ended.taskInfo().successful()) {
            return;
        }
        stage.done++;
        long now = nanoClock.getAsLong();
        if (stage.done < stage.tasks && now - lastSaid >= LINE_NANOS) {
            lastSaid = now;
            say.accept("stage " + ended.stageId() + ": " + stage.done + " of " + stage.tasks + " parts");
        }
    }
}
