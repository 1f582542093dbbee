package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who opens a model, and in which order its results come. */
class ModelStageTest {
    private static final AtomicInteger OPENED = new AtomicInteger();
    private static final AtomicInteger CLOSED = new AtomicInteger();

    private static JavaSparkContext context;

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("model-stage-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    /** Costs a third of a nat for each part. */
    private static final class Thirds implements ModelStage.Opened<Integer, TextLoss> {
        Thirds() {
            OPENED.incrementAndGet();
        }

        @Override
        public TextLoss take(Integer part) throws IOException {
            if (part < 0) {
                throw new IOException("no such part");
            }
            return new TextLoss(part / 3.0, 1, 0, part);
        }

        @Override
        public void close() {
            CLOSED.incrementAndGet();
        }
    }

    @Test
    void aTaskOpensOneModelAndResultsAreInThePartsOrder() {
        List<Integer> parts = IntStream.range(0, 50).boxed().toList();
        int before = OPENED.get();
        List<TextLoss> losses = ModelStage.over(context, parts, Thirds::new);
        assertThat(losses)
                .extracting(TextLoss::bytes)
                .isEqualTo(parts.stream().map(Integer::longValue).toList());
        assertThat(OPENED.get() - before).isEqualTo(3);
        assertThat(CLOSED).hasValue(OPENED.get());

        double inOrder = 0;
        for (int part : parts) {
            inOrder += part / 3.0;
        }
        TextLoss sum = TextLoss.sum(losses);
        assertThat(sum.nats()).isEqualTo(inOrder);
        assertThat(sum.mean()).isEqualTo(inOrder / 50);
    }

    @Test
    void noPartsNeedNoModel() {
        int before = OPENED.get();
        assertThat(ModelStage.over(context, List.<Integer>of(), Thirds::new)).isEmpty();
        assertThat(ModelStage.over(context.parallelize(List.of(1), 4), Thirds::new))
                .hasSize(1);
        assertThat(OPENED.get() - before).isEqualTo(1);
    }

    @Test
    void aModelIsClosedWhereItFails() {
        assertThatThrownBy(() -> ModelStage.over(context, List.of(1, -1), Thirds::new))
                .isInstanceOf(SparkException.class)
                .hasMessageContaining("no such part");
        assertThat(CLOSED).hasValue(OPENED.get());
    }
}
