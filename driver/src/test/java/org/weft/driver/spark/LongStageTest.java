package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** How the two stages of a run end. */
class LongStageTest {
    private static final int DEADLINE_SECONDS = 60;
    private static final CountDownLatch STARTED = new CountDownLatch(1);

    @Test
    void tasksThatDoNotLeaveAreCancelled() throws Exception {
        SparkConf conf = new SparkConf()
                .setMaster("local[2]")
                .setAppName("long-stage-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1");
        try (JavaSparkContext context = new JavaSparkContext(conf)) {
            LongStage leaves = LongStage.start(context, "leaves", 1, 0, indices -> {});
            LongStage stays = LongStage.start(context, "stays", 1, 0, indices -> {
                STARTED.countDown();
                new CountDownLatch(1).await();
            });
            assertThat(STARTED.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            LongStage.leave(Duration.ofMillis(200), leaves, stays);
            leaves.done().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThatThrownBy(() -> stays.done().get(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("cancelled");
        }
    }
}
