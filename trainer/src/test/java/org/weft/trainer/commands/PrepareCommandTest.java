package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;

/** Who may write a corpus, and what is left where nobody could. */
@Timeout(120)
class PrepareCommandTest {
    @TempDir
    Path directory;

    private final Progress progress = new Progress(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, System::nanoTime);

    private WeftConfig config(String input) throws Exception {
        Files.writeString(directory.resolve("text.txt"), "one\n\ntwo\n\nthree\n");
        return ConfigLoader.load(
                "test",
                "",
                List.of(
                        "run.dir=file://" + directory.resolve("run"),
                        "run.lease_seconds=5",
                        "corpus.input=[\"" + directory.resolve(input) + "\"]",
                        "corpus.val_fraction=0",
                        "tokenizer.vocab_size=257"));
    }

    @Test
    void aCorpusThatARunReadsIsNotReplaced() throws Exception {
        WeftConfig config = config("text.txt");
        try (JavaSparkContext context = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("prepare-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"))) {
            SparkApplication application = SparkApplication.within(context);
            assertThatThrownBy(() -> PrepareCommand.prepare(application, config("absent.txt"), progress))
                    .hasMessageContaining("no such file");
            assertThat(directory.resolve("run")).doesNotExist();

            PrepareCommand.prepare(application, config, progress);
            assertThat(directory.resolve("run")).isDirectoryContaining("glob:**/corpus");
            assertThat(directory.resolve("run/driver.lease")).doesNotExist();
            byte[] before = Files.readAllBytes(directory.resolve("run/corpus/manifest.json"));

            DriverPlace other = new DriverPlace("elsewhere", 7, "a run");
            try (RunLease lease = RunLease.acquire(application.store(), config.run(), other, notice -> {})) {
                assertThatThrownBy(() -> PrepareCommand.prepare(application, config, progress))
                        .isInstanceOf(WeftException.class)
                        .hasMessageContaining("another driver has this run: host elsewhere, process 7")
                        .hasMessageContaining("is alive");
            }
            assertThat(Files.readAllBytes(directory.resolve("run/corpus/manifest.json")))
                    .isEqualTo(before);
            PrepareCommand.prepare(application, config, progress);
        }
    }
}
