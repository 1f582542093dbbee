package org.weft.driver.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.progress.MetricsLog;

class EmbeddedHdfsTest {
    private static final byte[] TEXT = "kept between runs".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path dir;

    /** The first run is a process of its own: what a test's cluster deletes, it deletes when its process ends. */
    @Test
    void keepsFilesAndAddressBetweenRuns() throws Exception {
        // Below the ports that the system gives to whoever asks for any: one of those may be taken between the runs.
        Files.writeString(
                dir.resolve("port"),
                Integer.toString(ThreadLocalRandom.current().nextInt(15_000, 32_000)));
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FirstRun.class.getName(),
                        dir.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(output).isZero();
        String first = output.lines()
                .filter(line -> line.startsWith("hdfs://"))
                .findFirst()
                .orElseThrow();

        try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(dir)) {
            HadoopStore store = new HadoopStore(hdfs.configuration());
            assertThat(hdfs.uri()).hasToString(first).hasScheme("hdfs").hasHost("localhost");
            assertThat(store.readAll(first + "/weft/kept")).isEqualTo(TEXT);
            assertThat(store.list("/weft")).hasSize(2);

            metricsOfADriverThatDied(store);

            assertThatThrownBy(() -> EmbeddedHdfs.start(dir))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("embedded HDFS is in use by another process: dir=" + dir);
        }
    }

    /** The file is still open for the writer that died; the driver that goes on keeps its lines. */
    @SuppressWarnings("MustBeClosedChecker") // As a process that was killed leaves it.
    private static void metricsOfADriverThatDied(HadoopStore store) throws IOException {
        OutputStream abandoned = store.stream("/run/metrics.jsonl", start -> {});
        abandoned.write("{\"step\":1,\"loss\":2.5}\n".getBytes(StandardCharsets.UTF_8));
        abandoned.flush();
        MetricsLog.open(store, RunDirectory.of("/run"), 1).close();
        assertThat(new String(store.readAll("/run/metrics.jsonl"), StandardCharsets.UTF_8))
                .isEqualTo("{\"step\":1,\"loss\":2.5}\n");
    }

    @Test
    void takesAnotherPortWhereItsOwnIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Files.writeString(dir.resolve("port"), taken.getLocalPort() + "\n");
            try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(dir)) {
                assertThat(hdfs.uri().getPort()).isNotEqualTo(taken.getLocalPort());
                assertThat(dir.resolve("port"))
                        .hasContent(Integer.toString(hdfs.uri().getPort()));
                hdfs.close();
            }
        }
    }

    @Test
    void saysWhichFolderCannotBeUsed() throws IOException {
        Files.createDirectories(dir.resolve("name/current"));
        Files.writeString(dir.resolve("name/current/VERSION"), "damaged");

        assertThatThrownBy(() -> EmbeddedHdfs.start(dir))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("embedded HDFS did not start: dir=" + dir)
                .extracting(failure -> ((WeftException) failure).hint())
                .asString()
                .contains("move " + dir + " away");
        // The lock is free again.
        Files.delete(dir.resolve("name/current/VERSION"));
        EmbeddedHdfs.start(dir).close();
    }

    @Test
    void saysWhatIsMissingOnTheClassPath() {
        assertThatThrownBy(() -> EmbeddedHdfs.requireMinicluster(ClassLoader.getPlatformClassLoader()))
                .isInstanceOf(WeftException.class)
                .hasMessage("the embedded HDFS is not on the class path: org.apache.hadoop.hdfs.MiniDFSCluster")
                .extracting(failure -> ((WeftException) failure).hint())
                .asString()
                .contains("./weft", "file://");
    }

    /** Writes two files, prints the address on a line and ends as a program does. */
    static final class FirstRun {
        public static void main(String[] arguments) throws IOException {
            try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(Path.of(arguments[0]))) {
                HadoopStore store = new HadoopStore(hdfs.configuration());
                write(store, hdfs.uri() + "/weft/kept");
                write(store, "/weft/on the default file system");
                System.out.println(hdfs.uri());
            }
        }
    }

    private static void write(HadoopStore store, String path) throws IOException {
        try (AtomicOutput out = store.create(path)) {
            out.write(TEXT);
            out.commit();
        }
    }
}
