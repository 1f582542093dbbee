package org.weft.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that appear at once: by a rename, or by being closed. */
class CommitModeTest {
    @TempDir
    java.nio.file.Path directory;

    private final Store objects = ObjectStoreFileSystem.store();
    private final Store direct = direct();
    private String bucket;
    private String root;

    @BeforeEach
    void name() {
        bucket = "s3a://bucket" + directory;
        root = "file://" + directory;
    }

    private static Store direct() {
        Configuration configuration = new Configuration();
        configuration.set(HadoopStore.COMMIT, "direct");
        return new HadoopStore(configuration);
    }

    @Test
    void theSchemeDecidesUnlessTheUserDoes() {
        for (String scheme : List.of("s3a", "gs", "abfs", "wasbs", "oss", "cosn", "S3A")) {
            assertThat(CommitMode.of("auto", scheme)).as(scheme).isEqualTo(CommitMode.DIRECT);
            assertThat(CommitMode.of("rename", scheme)).isEqualTo(CommitMode.RENAME);
        }
        for (String scheme : List.of("hdfs", "file", "viewfs", "ofs")) {
            assertThat(CommitMode.of("auto", scheme)).as(scheme).isEqualTo(CommitMode.RENAME);
            assertThat(CommitMode.of("direct", scheme)).isEqualTo(CommitMode.DIRECT);
        }
    }

    /** A full disk: HDFS throws the exception of the write again when the file is closed. */
    @Test
    void theCauseOfAFailedWriteIsNotHiddenByTheClose() throws IOException {
        FileSystem full = new FilterFileSystem(FileSystem.getLocal(new Configuration())) {
            @Override
            public FSDataOutputStream create(Path file, boolean overwrite) throws IOException {
                IOException cause = new IOException("no space left");
                return new FSDataOutputStream(
                        new OutputStream() {
                            @Override
                            public void write(int value) throws IOException {
                                throw cause;
                            }

                            @Override
                            public void close() throws IOException {
                                throw cause;
                            }
                        },
                        null);
            }
        };
        Path target = new Path(root, "file");
        assertThatThrownBy(() -> {
                    try (AtomicOutput out = new DirectOutput(full, target)) {
                        out.write(1);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("no space left");
    }

    @Test
    void anObjectAppearsWhenItIsCommitted() throws IOException {
        assertThat(objects.renames(bucket + "/x")).isFalse();
        try (AtomicOutput out = objects.create(bucket + "/a/file")) {
            out.write("whole".getBytes(UTF_8));
            out.write('!');
            assertThat(objects.exists(bucket + "/a/file")).isFalse();
            out.commit();
            assertThat(out.toString()).isEqualTo(bucket + "/a/file");
        }
        assertThat(objects.readAll(bucket + "/a/file")).isEqualTo("whole!".getBytes(UTF_8));
        assertThat(everything("a")).containsExactly("file");
    }

    @Test
    void anObjectThatIsGivenUpNeverAppearsAndLeavesTheOldOne() throws IOException {
        objects.replace(bucket + "/file", "old".getBytes(UTF_8));
        assertThatThrownBy(() -> {
                    try (AtomicOutput out = objects.create(bucket + "/file")) {
                        out.write(1);
                        throw new IOException("lost");
                    }
                })
                .hasMessage("lost");
        assertThat(objects.readAll(bucket + "/file")).isEqualTo("old".getBytes(UTF_8));
    }

    @Test
    void directOnADiskWritesInPlaceAndRemovesWhatIsGivenUp() throws IOException {
        assertThat(direct.renames(root)).isFalse();
        try (AtomicOutput out = direct.create(root + "/a/file")) {
            out.write("whole".getBytes(UTF_8));
            out.commit();
        }
        assertThat(direct.readAll(root + "/a/file")).isEqualTo("whole".getBytes(UTF_8));
        try (AtomicOutput out = direct.create(root + "/a/other")) {
            out.write(1);
            assertThat(out.toString()).endsWith("/a/other");
        }
        assertThat(everything("a")).containsExactlyInAnyOrder("file", ".file.crc");
    }

    @Test
    void metricsOfAStoreThatCannotShowThemEarlyAreWrittenAllTheSame() throws IOException {
        try (OutputStream out = objects.stream(bucket + "/log", start -> {})) {
            out.write("line".getBytes(UTF_8));
            out.flush();
        }
        assertThat(objects.readAll(bucket + "/log")).isEqualTo("line".getBytes(UTF_8));
    }

    @Test
    void aSmallFileIsMadeOnceAndReplacedWhole() throws IOException {
        for (String file : List.of(bucket + "/s3/file", root + "/disk/file")) {
            Store store = file.startsWith("s3a") ? objects : HadoopStore.local();
            assertThat(store.createNew(file, new byte[] {1})).isTrue();
            assertThat(store.createNew(file, new byte[] {2})).isFalse();
            assertThat(store.readAll(file)).containsExactly(1);
            store.replace(file, new byte[] {3});
            assertThat(store.readAll(file)).containsExactly(3);
            store.replace(file + "2", new byte[] {4});
            assertThat(store.readAll(file + "2")).containsExactly(4);
        }
        assertThat(everything("disk")).containsExactlyInAnyOrder("file", "file2");
        assertThat(everything("s3")).containsExactlyInAnyOrder("file", "file2");
    }

    /** Hadoop's own rename on a disk looks first and moves then; a link does not. */
    @Test
    void ofManyWhoMakeAFileAtOnceOneSucceeds() throws Exception {
        int threads = 8;
        Store store = HadoopStore.local();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 50; round++) {
                String file = root + "/race/" + round;
                CyclicBarrier start = new CyclicBarrier(threads);
                List<Future<Boolean>> made = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    byte[] bytes = {(byte) thread};
                    made.add(executor.submit(() -> {
                        start.await();
                        return store.createNew(file, bytes);
                    }));
                }
                int winner = -1;
                for (int thread = 0; thread < threads; thread++) {
                    if (made.get(thread).get()) {
                        assertThat(winner).as("two winners in round %d", round).isEqualTo(-1);
                        winner = thread;
                    }
                }
                assertThat(store.readAll(file)).containsExactly(winner);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private List<String> everything(String name) throws IOException {
        try (Stream<java.nio.file.Path> files = Files.list(directory.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
