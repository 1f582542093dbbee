package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** What is said of Spark's own stages, by a clock that goes on five seconds whenever it is looked at. */
class StageProgressTest {
    @Test
    void aLongStageIsSpokenOfAndItsEndIsNot() {
        Queue<String> said = new ConcurrentLinkedQueue<>();
        AtomicLong seconds = new AtomicLong();
        SparkConf conf = new SparkConf()
                .setMaster("local[1]")
                .setAppName("stage-progress-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1");
        try (JavaSparkContext context = new JavaSparkContext(conf)) {
            context.sc().addSparkListener(new StageProgress(said::add, () -> seconds.addAndGet(5) * 1_000_000_000L));
            context.parallelize(List.of(1, 2, 3, 4, 5), 5).count();
        } // Stopping waits for the listeners.
        assertThat(said).containsExactly("stage 0: 2 of 5 parts", "stage 0: 4 of 5 parts");
    }
}
