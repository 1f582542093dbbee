package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An example from its data to its bar, in a test's size. */
class ExampleIT {
    @TempDir
    Path work;

    private String homeBefore;

    @BeforeEach
    void findTheExamples() {
        homeBefore = System.getProperty("weft.home");
        System.setProperty(
                "weft.home", Path.of("..").toAbsolutePath().normalize().toString());
    }

    @AfterEach
    void restore() {
        if (homeBefore == null) {
            System.clearProperty("weft.home");
        } else {
            System.setProperty("weft.home", homeBefore);
        }
    }

    @Test
    void textsAreLearntAndJudgedAndWhatIsDoneIsNotDoneAgain() {
        CommandRun first = CommandRun.of("example", "news-20", "--small", "--work-dir", work.toString());
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.err())
                .contains("$ weft prepare --config examples/news-20/pretrain.yaml")
                .contains("epoch  train_loss  val_loss  val_accuracy  seconds", "predictions of ten rows:")
                .contains("the bar is accuracy at least 0.08: passed", "Done in ");
        assertThat(first.summary().path("met").asBoolean()).isTrue();
        assertThat(first.summary().path("low").asDouble())
                .isLessThan(first.summary().path("value").asDouble());
        // Another number of workers goes on where there is nothing left to do, and a bar out of reach is missed.
        CommandRun second =
                CommandRun.of("example", "news-20", "--small", "--work-dir", work.toString(), "--workers", "1");
        assertThat(second.err()).contains("are there already", "is prepared already");
        assertThat(second.paramsSha256()).isEqualTo(first.paramsSha256());
    }
}
