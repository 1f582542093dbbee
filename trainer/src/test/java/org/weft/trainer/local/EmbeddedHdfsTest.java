package org.weft.trainer.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.HadoopStore;

class EmbeddedHdfsTest {
    private static final byte[] TEXT = "kept between runs".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path dir;

    @Test
    void keepsFilesAndAddressBetweenRuns() throws IOException {
        URI first;
        try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(dir)) {
            first = hdfs.uri();
            HadoopStore store = new HadoopStore(hdfs.configuration());
            write(store, first + "/weft/kept");
            write(store, "/weft/on the default file system");

            assertThatThrownBy(() -> EmbeddedHdfs.start(dir))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("embedded HDFS is in use by another process: dir=" + dir);
        }

        try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(dir)) {
            HadoopStore store = new HadoopStore(hdfs.configuration());
            assertThat(hdfs.uri()).isEqualTo(first).hasScheme("hdfs").hasHost("localhost");
            assertThat(store.readAll(first + "/weft/kept")).isEqualTo(TEXT);
            assertThat(store.list("/weft")).hasSize(2);
        }
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
        Files.createDirectories(dir.resolve("storage/name-0-1/current"));
        Files.writeString(dir.resolve("storage/name-0-1/current/VERSION"), "damaged");

        assertThatThrownBy(() -> EmbeddedHdfs.start(dir))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("embedded HDFS did not start: dir=" + dir)
                .extracting(failure -> ((WeftException) failure).hint())
                .asString()
                .contains("move " + dir + " away");
        // The lock is free again.
        Files.delete(dir.resolve("storage/name-0-1/current/VERSION"));
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

    private static void write(HadoopStore store, String path) throws IOException {
        try (AtomicOutput out = store.create(path)) {
            out.write(TEXT);
            out.commit();
        }
    }
}
