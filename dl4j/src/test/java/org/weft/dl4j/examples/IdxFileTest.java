package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

class IdxFileTest {
    private static final byte[] BYTES = {1, 2, 3, 4, 5, (byte) 200};

    @TempDir
    Path folder;

    private Path file;
    private byte[] written;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("some-idx2-ubyte");
        written = TestDigits.idx(BYTES, 2, 3);
        Files.write(file, written);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void readsWhatWasWrittenPackedOrNot() throws IOException {
        assertThat(IdxFile.read(file, 2).bytes()).isEqualTo(BYTES);
        assertThat(IdxFile.read(file, 2).sizes()).containsExactly(2, 3);
        Files.write(file, gzip(written));
        assertThat(IdxFile.read(file, 2).bytes()).isEqualTo(BYTES);
    }

    @Test
    void namesWhatIsWrong() throws IOException {
        assertThatThrownBy(() -> IdxFile.read(file, 3))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("some-idx2-ubyte does not begin as an IDX file of bytes with 3 dimensions");
        Files.write(file, Arrays.copyOf(written, written.length - 1));
        assertThatThrownBy(() -> IdxFile.read(file, 2)).hasMessageContaining("ends after 5 of 6 bytes");
        Files.write(file, Arrays.copyOf(written, written.length + 1));
        assertThatThrownBy(() -> IdxFile.read(file, 2)).hasMessageContaining("goes on after 6 bytes");
        Files.write(file, Arrays.copyOf(written, 10));
        assertThatThrownBy(() -> IdxFile.read(file, 2)).hasMessageContaining("dimension 2 is 0");
        Files.write(file, new byte[] {0, 0});
        assertThatThrownBy(() -> IdxFile.read(file, 2)).hasMessageContaining("does not begin");
        byte[] packed = gzip(written);
        Files.write(file, Arrays.copyOf(packed, packed.length - 12));
        assertThatThrownBy(() -> IdxFile.read(file, 2)).hasMessageContaining("is a damaged gzip file");
    }
}
