package org.weft.monitoring.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.metrics.source.Source;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.junit.jupiter.api.Test;
import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.spark.ScalaCollections;
import org.weft.monitoring.Records;

/** An application that trains more than one run. */
class ManyRunsTest {
    private static final RunDescription RUN = Records.description(0, false, Map.of());
    private static final RunOutcome DONE = new RunOutcome(RunEvent.ENDED, 1, "done");

    @Test
    void haveNumbersOfTheirOwnAndOneSourceWithoutAUi() throws Exception {
        List<Long> opened = new CopyOnWriteArrayList<>();
        SparkConf conf = new SparkConf()
                .setMaster("local[1]")
                .setAppName("many-runs-test")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.ui.enabled", "false");
        try (JavaSparkContext context = new JavaSparkContext(conf)) {
            context.sc().addSparkListener(new SparkListener() {
                @Override
                public void onOtherEvent(SparkListenerEvent event) {
                    if (event instanceof RunPosted posted && posted.kind().equals(RunPosted.OPENED)) {
                        opened.add(posted.run());
                    }
                }
            });
            for (int run = 0; run < 3; run++) {
                new SparkUiWindow(context.sc()).opened(RUN);
            }
            context.sc().listenerBus().waitUntilEmpty();
            assertThat(opened).containsExactly(1L, 2L, 3L);
            SparkMetricsWindow unended = new SparkMetricsWindow();
            unended.opened(RUN);
            SparkMetricsWindow next = new SparkMetricsWindow();
            next.opened(RUN);
            Source source = sources().get(0);
            unended.closed(DONE);
            assertThat(sources()).as("the later run's stays").containsExactly(source);
            next.record(Records.step(7));
            assertThat(source.metricRegistry().getGauges().get("step").getValue())
                    .isEqualTo(7);
            next.closed(DONE);
            assertThat(sources()).isEmpty();
        }
    }

    private static List<Source> sources() {
        return ScalaCollections.list(SparkEnv.get().metricsSystem().getSourcesByName(RunSource.NAME));
    }

    @Test
    void theOldestThatEndedMakesRoom() {
        RunHistories histories = new RunHistories();
        for (int run = 1; run <= RunHistories.MOST_RUNS; run++) {
            RunHistory history = histories.open(RUN);
            if (run > 1) {
                history.end("ended");
            }
        }
        histories.open(RUN);
        RunHistory last = histories.open(RUN);
        assertThat(last.number()).isEqualTo(RunHistories.MOST_RUNS + 2);
        assertThat(histories.all()).hasSize(RunHistories.MOST_RUNS).contains(last);
        assertThat(histories.all()).extracting(RunHistory::number).startsWith(1L, 4L);
        assertThat(RunPage.render(histories.all(), "4"))
                .contains("<b>4. a run</b>", "<a href=\"?run=22\">22. a run</a>");
        assertThat(RunPage.render(histories.all(), "2")).contains("<b>22. a run</b>");
    }

    @Test
    void curvesAreBounded() {
        RunHistory history = new RunHistory(1, RUN);
        for (int step = 1; step <= 5_000; step++) {
            history.take(Records.step(step));
        }
        history.take(Records.evaluation(5_000, 2.5));
        assertThat(history.curve("train/loss", "training").x().length).isBetween(300, 600);
        assertThat(history.curve("val/loss", "validation").y()).containsExactly(2.5);
        assertThat(history.newest().step()).isEqualTo(5_000);
        assertThat(RunCurves.render(history)).contains("<polyline class=\"curve s1\"", "validation");
    }
}
