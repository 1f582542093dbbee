package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

/** What a task says for a person to read ends the work; what may pass is tried again. */
class FirstTaskErrorTest {
    private static final int MAX_FAILURES =
            1000; // Spark hears of a failure in its own time: some attempts there always are
    private static final AtomicInteger ATTEMPTS = new AtomicInteger();

    @Test
    void aReadableErrorIsNotTriedAgain() throws IOException {
        try (JavaSparkContext spark = SparkFixture.spark("local[2," + MAX_FAILURES + "]")) {
            ATTEMPTS.set(0);
            assertThatThrownBy(() -> FirstTaskError.ends(spark, () -> spark.parallelize(List.of(1), 1)
                            .map(FirstTaskErrorTest::bad)
                            .count()))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("row 7 is bad");
            assertThat(ATTEMPTS).hasValueLessThan(MAX_FAILURES);

            ATTEMPTS.set(0);
            assertThat(FirstTaskError.ends(spark, () -> spark.parallelize(List.of(1), 1)
                            .map(FirstTaskErrorTest::slow)
                            .count()))
                    .isEqualTo(1);
            assertThat(ATTEMPTS).hasValue(3);
            assertThat(spark.parallelize(List.of(1, 2)).count()).isEqualTo(2);
        }
    }

    private static int bad(int row) {
        ATTEMPTS.incrementAndGet();
        throw WeftException.invalidData("row 7 is bad", "mend it");
    }

    private static int slow(int row) throws IOException {
        if (ATTEMPTS.incrementAndGet() < 3) {
            throw new IOException("no answer");
        }
        return row;
    }
}
