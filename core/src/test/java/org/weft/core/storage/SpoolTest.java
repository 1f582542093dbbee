package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a spool leaves behind: nothing. */
class SpoolTest {
    private final String name = "weft-spool-test-" + UUID.randomUUID();

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .toList();
        }
    }

    @Test
    void givesBackWhatWasWrittenAndIsGoneThen() throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        try (Spool spool = new Spool(name)) {
            assertThat(left()).isEmpty();
            spool.write(new byte[] {1, 2, 3});
            assertThat(left()).hasSize(1);
            spool.copyTo(copy);
        }
        assertThat(copy.toByteArray()).containsExactly(1, 2, 3);
        assertThat(left()).isEmpty();
    }

    @Test
    void isGoneWhateverFailsMeanwhile() throws IOException {
        assertThatThrownBy(() -> {
                    try (Spool first = new Spool(name);
                            Spool second = new Spool("no/such/folder")) {
                        first.write(1);
                        second.write(1);
                    }
                })
                .isInstanceOf(Exception.class);
        assertThat(left()).isEmpty();
        new Spool(name).close();
        assertThat(left()).isEmpty();
    }
}
