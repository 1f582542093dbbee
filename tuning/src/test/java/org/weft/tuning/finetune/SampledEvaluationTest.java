package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.tuning.task.Fields;

/** Of more rows than can be compared with each other, those that are judged once a model is trained. */
class SampledEvaluationTest {
    private static final int NUMBERS = 384;

    private final List<String> notices = new ArrayList<>();

    private static JavaRDD<Fields> rows(JavaSparkContext spark, int count, int partitions) {
        return spark.parallelize(IntStream.range(0, count).boxed().toList(), partitions)
                .map(i -> new Fields(Map.of("text", i), ""));
    }

    private TaskEvaluation evaluation() {
        Examination vectors = (Examination) Proxy.newProxyInstance(
                Examination.class.getClassLoader(), new Class<?>[] {Examination.class}, (proxy, method, given) -> {
                    assertThat(method.getName()).isEqualTo("comparesRows");
                    return true;
                });
        return new TaskEvaluation(null, null, vectors, 1);
    }

    @Test
    void aTrainingsEndIsNoError() {
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("sampled-evaluation-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"))) {
            JavaRDD<Fields> many = rows(spark, 75_000, 3);
            EvaluationSize size = new EvaluationSize(75_000, NUMBERS);
            assertThat(evaluation().sampling(notices::add).fitting(many, size).count())
                    .isEqualTo(72_168);
            assertThat(notices)
                    .containsExactly(
                            "the evaluation compares each row with each other one: 72168 of 75000 rows are judged,"
                                    + " a sample that depends on the rows alone");
            assertThatThrownBy(() -> evaluation().fitting(many, size))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining("at most 72168 rows of 384 numbers");
            assertThat(values(TaskEvaluation.sample(rows(spark, 50, 3), 7)))
                    .hasSize(7)
                    .isEqualTo(values(TaskEvaluation.sample(rows(spark, 50, 5), 7)));
        }
    }

    private static List<Object> values(JavaRDD<Fields> rows) {
        return rows.map(row -> row.get("text")).collect();
    }
}
