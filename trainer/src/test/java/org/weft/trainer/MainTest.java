package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class MainTest {
    private static final String STAGE =
            "Job aborted due to stage failure: Lost task 0.0 in stage 0.0 (host executor 1): ";

    @Test
    void anErrorIsOneLine() {
        IOException cause = new IOException("bad block\n\tof three lines\n");
        String message = STAGE + cause + "\n\tat a.B.c(B.java:1)\n\nDriver stacktrace:";
        assertThat(Main.describe(new SparkException(message, cause)))
                .isEqualTo(STAGE + "java.io.IOException: bad block");
        assertThat(Main.describe(new SparkException(message)))
                .isEqualTo("org.apache.spark.SparkException: " + STAGE + "java.io.IOException: bad block");
        assertThat(Main.describe(new IllegalStateException("it failed", cause)))
                .isEqualTo("it failed: java.io.IOException: bad block");
        assertThat(Main.describe(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
    }
}
