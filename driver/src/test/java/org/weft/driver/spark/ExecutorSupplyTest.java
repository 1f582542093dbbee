package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.spark.SparkException;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskLocality;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import scala.collection.JavaConverters;

/** When jobs are given up, by the events that Spark tells. */
class ExecutorSupplyTest {
    private final List<String> cancelled = new ArrayList<>();
    private int executors;
    private final ExecutorSupply supply =
            new ExecutorSupply(Duration.ZERO, () -> executors, (job, reason) -> cancelled.add(job + " " + reason));

    @AfterEach
    void close() {
        supply.close();
    }

    @Test
    void aJobWithoutExecutorsIsGivenUpWhenPatienceEnds() {
        start(3, new Properties());
        supply.look();
        assertThat(cancelled).isEmpty();
        supply.look();
        assertThat(cancelled).singleElement().asString().startsWith("3 ").contains("none was there for 0 s");
    }

    @Test
    void anExecutorStopsTheClock() {
        start(3, new Properties());
        supply.look();
        executors = 1;
        supply.look();
        executors = 0;
        supply.look();
        assertThat(cancelled).isEmpty();
    }

    @Test
    void executorsThatDieAtOnceEndTheJobs() {
        start(3, new Properties());
        start(4, null);
        lose(ExecutorSupply.LOST_IN_A_ROW - 1);
        assertThat(cancelled).isEmpty();
        lose(1);
        assertThat(cancelled).hasSize(2).allMatch(reason -> reason.endsWith("the last one: exit 1"));
        lose(ExecutorSupply.LOST_IN_A_ROW);
        assertThat(cancelled).hasSize(2);
    }

    @Test
    void idleExecutorsThatAreGivenBackDoNotCount() {
        lose(ExecutorSupply.LOST_IN_A_ROW);
        start(3, new Properties());
        TaskInfo task = new TaskInfo(7, 0, 0, 0, 0, "0", "host", TaskLocality.ANY(), false);
        supply.onTaskStart(new SparkListenerTaskStart(0, 0, task));
        lose(ExecutorSupply.LOST_IN_A_ROW);
        supply.onTaskEnd(new SparkListenerTaskEnd(0, 0, "", null, task, null, null));
        lose(ExecutorSupply.LOST_IN_A_ROW - 1);
        assertThat(cancelled).isEmpty();
        lose(1);
        assertThat(cancelled).hasSize(1);
    }

    @Test
    void aRunsOwnStagesAreLeftAlone() {
        Properties run = new Properties();
        run.setProperty("weft.long-stage", "weft-workers");
        start(3, run);
        start(4, new Properties());
        supply.onJobEnd(new SparkListenerJobEnd(4, 0, null));
        supply.look();
        supply.look();
        lose(ExecutorSupply.LOST_IN_A_ROW);
        assertThat(cancelled).isEmpty();
    }

    @Test
    void theFailureSaysWhatToDo() {
        start(3, new Properties());
        lose(ExecutorSupply.LOST_IN_A_ROW);
        SparkException asSparkWordsIt = new SparkException("Job 3 cancelled " + cancelled.get(0));
        WeftException told = ExecutorSupply.explain(new IllegalStateException(asSparkWordsIt));
        assertThat(told.status()).isEqualTo(ExitStatus.CLUSTER);
        assertThat(told).hasMessageStartingWith("no executor works on this: 10 executors were lost");
        assertThat(ExecutorSupply.explain(new SparkException("Job 3 cancelled")))
                .isNull();
    }

    @Test
    void anApplicationThatSparkEndedIsSaid() {
        for (Throwable spark : List.of(
                new IllegalStateException("Cannot call methods on a stopped SparkContext.\nIt was created at: …"),
                new SparkException("Job 3 cancelled because SparkContext was shut down"))) {
            WeftException told = ExecutorSupply.explain(new RuntimeException(spark));
            assertThat(told.status()).isEqualTo(ExitStatus.CLUSTER);
            assertThat(told).hasMessageStartingWith("Spark has ended this application: ");
        }
    }

    private void start(int job, Properties properties) {
        supply.onJobStart(new SparkListenerJobStart(
                job, 0, JavaConverters.asScalaBuffer(List.<StageInfo>of()).toList(), properties));
    }

    private void lose(int count) {
        for (int i = 0; i < count; i++) {
            supply.onExecutorRemoved(new SparkListenerExecutorRemoved(0, Integer.toString(i), "exit 1"));
        }
    }
}
