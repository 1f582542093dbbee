package org.weft.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.corpus.PartFile.Kept;

/** Documents that were read, between two stages. */
class PartFileTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();

    @Test
    void hasItsDocumentsAndTellsEveryDamage() throws IOException {
        Path file = directory.resolve("part");
        PartFacts facts;
        try (PartFile.Writer part = new PartFile.Writer(store, file.toString())) {
            part.add(new Kept(DocumentKey.of("one".getBytes(UTF_8)), "id", null, "one".getBytes(UTF_8)));
            part.add(new Kept(DocumentKey.of("two".getBytes(UTF_8)), null, new byte[32], "two".getBytes(UTF_8)));
            facts = new PartFacts(2, 2, 6, part.end(), 0, "{}", 0, List.of(), List.of());
            part.commit(facts);
        }
        assertThat(read(file, facts)).isEqualTo(2);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 8; at < facts.dataBytes(); at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= -1;
            Path other = Files.write(directory.resolve("damaged" + at), damaged);
            assertThatThrownBy(() -> read(other, facts))
                    .as("byte %d", at)
                    .isInstanceOf(WeftException.class)
                    .hasMessageStartingWith("kept documents are damaged: file=" + other);
        }
    }

    private int read(Path file, PartFacts facts) throws IOException {
        try (PartFile.Reader reader = new PartFile.Reader(store, file.toString(), facts)) {
            int documents = 0;
            while (reader.next() != null) {
                documents++;
            }
            return documents;
        }
    }
}
