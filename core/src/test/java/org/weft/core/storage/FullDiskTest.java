package org.weft.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

/** A disk that is full fails as any other storage does, and the file is named. */
class FullDiskTest {
    @TempDir
    Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void writingSaysWhichFile() throws IOException {
        // Linux's device that has room for nothing.
        String file = Files.createSymbolicLink(directory.resolve("file"), Path.of("/dev/full"))
                .toString();
        Configuration inPlace = new Configuration();
        inPlace.set(HadoopStore.COMMIT, "direct");
        HadoopStore store = new HadoopStore(inPlace);
        OutputStream growing = store.stream(file, start -> {});
        growing.write("line".getBytes(UTF_8));
        assertThatThrownBy(growing::flush)
                .isInstanceOf(LocalDiskException.class)
                .hasMessage(file + ": No space left on device");
        assertThatThrownBy(growing::close).isInstanceOf(IOException.class);
        AtomicOutput whole = store.create(file);
        whole.write(1);
        assertThatThrownBy(whole::commit)
                .isInstanceOf(LocalDiskException.class)
                .hasMessage(file + ": No space left on device");
        whole.close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void readingSaysWhichFile() throws IOException {
        // Nothing is mapped at address 0: reading fails as a broken disk does.
        Path file = Files.createSymbolicLink(directory.resolve("file"), Path.of("/proc/self/mem"));
        try (InputStream broken = new HadoopStore(new Configuration()).open(file.toString())) {
            assertThatThrownBy(broken::read)
                    .isInstanceOf(LocalDiskException.class)
                    .hasMessage(file + ": Input/output error");
            assertThatThrownBy(() -> broken.read(new byte[8])).hasMessage(file + ": Input/output error");
        }
    }

    @Test
    void saysWhatCanBeDone() {
        LocalDiskException full = new LocalDiskException("/a/file", new IOException("No space left on device"));
        WeftException explained = LocalDiskException.explain(new IllegalStateException(full));
        assertThat(explained).hasMessage("/a/file: No space left on device").hasCauseInstanceOf(Exception.class);
        assertThat(explained.hint()).contains("df -h");
        assertThat(LocalDiskException.explain(new IOException("other"))).isNull();
    }

    @Test
    void sparksOwnFilesAreNamedByTheirSetting() {
        String line = "Lost task 0.0 in stage 0.0 (host executor 1): java.io.IOException: No space left on device";
        WeftException explained = LocalDiskException.explain(
                new IllegalStateException("Job aborted:\n" + line + "\n\tat a.B.c(B.java:1)\nDriver stacktrace:"));
        assertThat(explained).hasMessage(line);
        assertThat(explained.hint()).contains("spark.local.dir");
    }
}
