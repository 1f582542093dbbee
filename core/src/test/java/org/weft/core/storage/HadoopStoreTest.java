package org.weft.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

class HadoopStoreTest {
    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();
    private String root;

    @BeforeEach
    void nameRoot() {
        root = directory.toUri().toString().replaceFirst("/$", "");
    }

    @Test
    void filesOfADirectoryAreFoundInOrderWithoutHiddenOnes() throws IOException {
        for (String name : List.of("b.txt", "a/z.txt", "a/.crc", "_SUCCESS", ".hidden/x", "a/b/c.txt")) {
            write(name, name);
        }
        assertThat(names(store.files(root))).containsExactly("a/b/c.txt", "a/z.txt", "b.txt");
        assertThat(names(store.files(root + "/*.txt"))).containsExactly("b.txt");
        assertThat(names(store.files(root + "/{a,b.txt}"))).containsExactly("a/b/c.txt", "a/z.txt", "b.txt");
        assertThat(names(store.files(directory.resolve("b.txt").toString()))).containsExactly("b.txt");
        assertThat(store.files(root + "/b.txt").get(0).length()).isEqualTo(5);
    }

    @Test
    void nothingFoundIsNamed() {
        assertThatThrownBy(() -> store.files(root + "/*.json"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage(root + "/*.json");
        assertThatThrownBy(() -> store.files(root + "/absent")).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void aPathThatExistsIsNoGlob() throws IOException {
        write("[2024] a\u00f1o, v1/a b%20c.txt", "1");
        write("2/x.txt", "2");
        write("part{1}.txt", "3");
        assertThat(found("/[2024] a\u00f1o, v1")).containsExactly("a b%20c.txt");
        assertThat(found("/part{1}.txt")).containsExactly("part{1}.txt");
        assertThat(found("/part\\{1\\}.*")).containsExactly("part{1}.txt");
        assertThat(found("/[2025]/*")).containsExactly("x.txt");
        assertThatThrownBy(() -> store.files(root + "/[2025")).isInstanceOf(FileNotFoundException.class);
    }

    private List<String> found(String path) throws IOException {
        return store.files(root + path).stream().map(Store.Entry::name).toList();
    }

    @Test
    void onlyAnEmptyDirectoryIsRemoved() throws IOException {
        write("full/x", "1");
        Files.createDirectories(directory.resolve("empty"));
        for (String name : List.of("full", "empty", "absent")) {
            store.deleteEmpty(root + "/" + name);
        }
        assertThat(names(store.files(root))).containsExactly("full/x");
        assertThat(directory.resolve("empty")).doesNotExist();
    }

    @Test
    void listsADirectoryByName() throws IOException {
        write("b", "1");
        write("a/c", "22");
        assertThat(store.list(root)).extracting(Store.Entry::name).containsExactly("a", "b");
        assertThat(store.list(root)).extracting(Store.Entry::directory).containsExactly(true, false);
        assertThat(store.list(root + "/absent")).isEmpty();
    }

    @Test
    void anAtomicOutputAppearsWhole() throws IOException {
        try (AtomicOutput out = store.create(root + "/new/file")) {
            out.write('a');
            out.write("bc".getBytes(UTF_8));
            assertThat(store.exists(root + "/new/file")).isFalse();
            out.commit();
            assertThat(out.toString()).endsWith("/new/file");
        }
        assertThat(text("new/file")).isEqualTo("abc");
        assertThat(everything("new")).containsExactlyInAnyOrder("file", ".file.crc");
    }

    @Test
    void anAtomicOutputReplacesWhatStoodThere() throws IOException {
        for (String content : List.of("first", "second")) {
            try (AtomicOutput out = store.create(root + "/file")) {
                out.write(content.getBytes(UTF_8));
                out.commit();
            }
        }
        assertThat(text("file")).isEqualTo("second");
    }

    @Test
    void aWriterThatFailsLeavesNothingBehind() throws IOException {
        Files.createDirectory(directory.resolve("out"));
        assertThatThrownBy(() -> {
                    try (AtomicOutput out = store.create(root + "/out/file")) {
                        out.write(1);
                        throw new IOException("disk full");
                    }
                })
                .hasMessage("disk full");
        assertThat(everything("out")).isEmpty();
    }

    @Test
    void aCommitThatFailsLeavesNothingBehind() throws IOException {
        write("out/name/occupied", "by a directory");
        assertThatThrownBy(() -> {
                    try (AtomicOutput out = store.create(root + "/out/name")) {
                        out.write(1);
                        out.commit();
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(everything("out")).containsExactly("name");
        assertThat(text("out/name/occupied")).isEqualTo("by a directory");
    }

    @Test
    void renamesToAFreeNameOnly() throws IOException {
        write("a/file", "a");
        write("b/file", "b");
        assertThatThrownBy(() -> store.rename(root + "/a", root + "/b")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.rename(root + "/a/file", root + "/b/file"))
                .isInstanceOf(IOException.class);
        assertThat(text("b/file")).isEqualTo("b");
        store.rename(root + "/a", root + "/c");
        assertThat(text("c/file")).isEqualTo("a");
        assertThat(store.exists(root + "/a")).isFalse();
    }

    @Test
    void deletesWholeDirectoriesAndNothing() throws IOException {
        write("a/b/c", "x");
        store.delete(root + "/a");
        store.delete(root + "/a");
        assertThat(store.exists(root + "/a")).isFalse();
    }

    @Test
    void aStreamShowsWhatWasFlushedAndReplacesWhatWasThere() throws IOException {
        write("log", "an older and longer text");
        try (OutputStream out = store.stream(root + "/log", start -> {})) {
            out.write("{\"step\":1}\n".getBytes(UTF_8));
            out.flush();
            assertThat(Files.readString(directory.resolve("log"))).isEqualTo("{\"step\":1}\n");
            out.write('2');
        }
        assertThat(text("log")).isEqualTo("{\"step\":1}\n2");
    }

    @Test
    void unpacksByName() throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("a.txt.gz")))) {
            out.write("packed".getBytes(UTF_8));
        }
        write("a.txt", "plain");
        assertThat(store.compressed(root + "/a.txt.gz")).isTrue();
        assertThat(store.compressed(root + "/a.txt")).isFalse();
        try (InputStream in = store.openDecompressed(root + "/a.txt.gz");
                InputStream plain = store.openDecompressed(root + "/a.txt")) {
            assertThat(in.readAllBytes()).isEqualTo("packed".getBytes(UTF_8));
            assertThat(plain.readAllBytes()).isEqualTo("plain".getBytes(UTF_8));
        }
    }

    @Test
    void readsAnywhereAndNotBeyondTheEnd() throws IOException {
        write("file", "0123456789");
        try (Store.RandomReader file = store.openRandom(root + "/file")) {
            byte[] into = new byte[6];
            file.readFully(3, into, 1, 4);
            assertThat(into).containsExactly(0, '3', '4', '5', '6', 0);
            assertThat(file.length()).isEqualTo(10);
            assertThatThrownBy(() -> file.readFully(8, into, 0, 4)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void bytesThatDoNotMatchTheFileSystemsChecksumAreDamage() throws IOException {
        try (AtomicOutput out = store.create(root + "/file")) {
            out.write("content".getBytes(UTF_8));
            out.commit();
        }
        Files.writeString(directory.resolve("file"), "c0ntent");
        assertThatThrownBy(() -> store.readAll(root + "/file"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("file damaged: file=" + root + "/file");
        try (Store.RandomReader file = store.openRandom(root + "/file")) {
            assertThatThrownBy(() -> file.readFully(0, new byte[4], 0, 4)).isInstanceOf(WeftException.class);
        }
    }

    @Test
    void travelsWithItsConfiguration() throws Exception {
        Configuration configuration = HadoopStore.bounded(new Configuration(false));
        configuration.set("fs.defaultFS", root);
        configuration.set("fs.file.impl", "org.apache.hadoop.fs.LocalFileSystem");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new HadoopStore(configuration));
        }
        write("file", "here");
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            Store copy = (Store) in.readObject();
            assertThat(copy.readAll(directory.resolve("file").toString())).isEqualTo("here".getBytes(UTF_8));
        }
    }

    @Test
    void waitsAreBoundedUnlessTheUserSaysOtherwise() {
        Configuration configuration = new Configuration(false);
        configuration.set("ipc.client.rpc-timeout.ms", "7");
        HadoopStore.bounded(configuration);
        assertThat(configuration.get("ipc.client.rpc-timeout.ms")).isEqualTo("7");
        assertThat(configuration.get("ipc.client.connect.max.retries")).isEqualTo("5");
    }

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private String text(String name) throws IOException {
        return new String(store.readAll(root + "/" + name), UTF_8);
    }

    private List<String> names(List<Store.Entry> entries) {
        return entries.stream()
                .map(entry ->
                        directory.relativize(Path.of(URI.create(entry.path()))).toString())
                .toList();
    }

    private List<String> everything(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
