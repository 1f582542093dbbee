package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Examples from their data to their bars, in a test's size. */
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
    void textsAreLearntAndJudged() {
        CommandRun run = CommandRun.of("example", "news-20", "--small", "--work-dir", work.toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("$ weft prepare --config examples/news-20/pretrain.yaml")
                .contains("epoch  train_loss  val_loss  val_accuracy  seconds", "predictions of ten rows:")
                .contains("the bar is accuracy at least 0.08: passed", "Done in ");
        assertThat(run.summary().path("met").asBoolean()).isTrue();
        assertThat(run.summary().path("low").asDouble())
                .isLessThan(run.summary().path("value").asDouble());
    }

    @Tag("once")
    @ParameterizedTest
    @ValueSource(strings = {"story", "translation", "summaries", "chinese-titles", "customer-service", "scaling-law"})
    void whatIsGeneratedIsLearntAndJudged(String name) throws IOException {
        CommandRun run = CommandRun.of("example", name, "--small", "--work-dir", work.toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err()).contains("the bar is ", ": passed", "Done in ");
        assertThat(run.summary().path("met").asBoolean()).isTrue();
        if (name.equals("translation")) {
            assertThat(run.err()).contains("       says  ", "       is    ");
        }
        if (name.equals("customer-service")) {
            assertThat(run.err()).contains("--page " + work.toRealPath().resolve("page.html"));
            assertThat(Files.readString(work.resolve("page.html")))
                    .contains("const data = {\"figures\":{\"intents\":{\"accuracy\":")
                    .contains("\"question\":\"Where is my order?\"");
        }
    }
}
