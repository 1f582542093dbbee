package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkUserAppException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.HadoopStore;

class YarnMasterTest {
    @TempDir
    Path folder;

    private YarnMaster master() {
        return new YarnMaster(
                HadoopStore.local(), folder.resolve("outcome").toUri().toString());
    }

    private String left(String name) throws IOException {
        return Files.readString(folder.resolve("outcome").resolve(name));
    }

    @Test
    void leavesOutputAndStatus() throws Exception {
        master().run("--version");
        assertThat(left("status")).isEqualTo("0");
        assertThat(left("out")).startsWith("weft ");
        assertThat(left("err")).isEmpty();
    }

    @Test
    void anErrorIsThrownWithItsStatusAndItsTextIsLeft() throws Exception {
        assertThatThrownBy(() -> master().run("pretrain", "--config", "/no/such/file.yaml"))
                .isInstanceOf(SparkUserAppException.class)
                .satisfies(
                        e -> assertThat(((SparkUserAppException) e).exitCode()).isEqualTo(2));
        assertThat(left("status")).isEqualTo("2");
        assertThat(left("err")).contains("error: there is no file /no/such/file.yaml", "hint: ");
    }

    /** YARN starts a master again whose failure another attempt cannot mend, or that died after its work. */
    @Test
    void anotherAttemptDoesNotRepeatWhatEndedForGood() throws Exception {
        Files.createDirectories(folder.resolve("outcome"));
        Files.writeString(folder.resolve("outcome/status"), "4");
        assertThatThrownBy(() -> master().run("--version"))
                .isInstanceOf(SparkUserAppException.class)
                .satisfies(
                        e -> assertThat(((SparkUserAppException) e).exitCode()).isEqualTo(4));
        assertThat(folder.resolve("outcome/out")).doesNotExist();

        Files.writeString(folder.resolve("outcome/status"), "1");
        assertThatCode(() -> master().run("--version")).doesNotThrowAnyException();
        assertThat(left("status")).isEqualTo("0");
    }

    @Test
    void aCommandWithoutSparkIsRefusedByName() throws Exception {
        assertThatThrownBy(() -> master().run("--verbose", "inspect", "hdfs:///run"))
                .satisfies(
                        e -> assertThat(((SparkUserAppException) e).exitCode()).isEqualTo(2));
        assertThat(left("err"))
                .contains(
                        "error: inspect does not run on Spark, so that YARN's cluster mode is not for it",
                        "./weft inspect");
    }

    /** Nodes that were lost come back: YARN's own count says how often that is hoped for. */
    @Test
    void tooSmallAClusterForARunThatHasCheckpointsIsTriedAgain() throws Exception {
        Files.createDirectories(folder.resolve("outcome"));
        Files.writeString(folder.resolve("outcome/status"), "4");
        Files.writeString(folder.resolve("outcome/reached"), "/run/checkpoints/step-00000020/manifest.json");
        assertThatCode(() -> master().run("--version")).doesNotThrowAnyException();
    }

    /** YARN forgets failures that are an hour old. */
    @Test
    void theSameFailureWithoutACheckpointInBetweenIsNotTriedAThirdTime() throws Exception {
        String[] words = {
            "prepare",
            "--set",
            "run.dir=" + folder.toUri() + "run",
            "--set",
            "run.name=r",
            "--set",
            "corpus.input=[" + folder.toUri() + "text]",
            "--set",
            "cluster.master=local[1]"
        };
        Files.createDirectories(folder.resolve("outcome"));
        Files.writeString(folder.resolve("outcome/status"), "1");
        Path checkpoint = Files.createDirectories(folder.resolve("run/checkpoints/step-00000020"));
        Path manifest = Files.writeString(checkpoint.resolve("manifest.json"), "{}");
        Files.writeString(folder.resolve("outcome/reached"), "file:" + manifest);
        // A file stands where the corpus's folder is to be.
        Files.writeString(folder.resolve("text"), "some words");
        Files.writeString(folder.resolve("run/corpus"), "");
        assertFails(words);
        assertThat(left("reached")).isEqualTo("file:" + manifest);
        assertThat(folder.resolve("outcome/stuck")).exists();
        assertThat(left("err")).contains("there is no third");
        Files.delete(folder.resolve("outcome/out"));
        assertFails(words);
        assertThat(folder.resolve("outcome/out")).doesNotExist();
    }

    private void assertFails(String... words) {
        assertThatThrownBy(() -> master().run(words))
                .isInstanceOf(SparkUserAppException.class)
                .satisfies(
                        e -> assertThat(((SparkUserAppException) e).exitCode()).isEqualTo(1));
    }
}
