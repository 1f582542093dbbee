package org.weft.corpus.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.Store;
import org.weft.corpus.SparkFixture;

/** Records that have more than is ever in memory: a bad one each, and nothing of them is a document. */
class LongRecordsTest {
    private static final int PIECE = 1 << 20;
    private static final int MORE_THAN_A_RECORD = JsonRecords.MAX_RECORD_BYTES / PIECE + 3;

    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();
    private final List<BadRecord> bad = new ArrayList<>();
    private Path file;

    @BeforeEach
    void fresh() {
        bad.clear();
    }

    @Test
    void aLineOfCsvIsOneBadRecord() throws IOException {
        write("a.csv", "text\none\n", "a".repeat(PIECE), "\ntwo\n");
        assertThat(read()).containsExactly("one", "two");
        assertBad("CSV line too long", false);
        assertThat(bad.get(0).place()).isEqualTo("line=3");
    }

    @Test
    void afterALineThatEndsWithinQuotesNothingIsARow() throws IOException {
        write("a.csv", "text\none\n\"", "a".repeat(PIECE), "\nhalf of the field\"\ntwo\n");
        assertThat(read()).containsExactly("one");
        assertBad("CSV line too long", true);
    }

    @Test
    void aQuoteThatIsNotClosedTakesTheRestAndNoMore() throws IOException {
        write("a.csv", "text\none\n\"open\n", "a".repeat(PIECE - 1) + "\n", "\"\ntwo\n");
        assertThat(read()).containsExactly("one");
        assertBad("CSV record too long", true);
    }

    @Test
    void anElementOfAnArrayIsBounded() throws IOException {
        write("a.json", " [{\"text\": \"one\"}, {\"data\": [1", ", 1".repeat(PIECE / 3), "]}, {\"text\": \"two\"}]");
        assertThat(read()).containsExactly("one");
        assertBad("JSON element too long", true);
        // Many that are not are read, however many.
        write("b.json", "[{\"text\": \"one\"}", ", {\"text\": \"" + "b".repeat(PIECE) + "\"}", "]");
        assertThat(read()).hasSize(1 + MORE_THAN_A_RECORD);
    }

    private void assertBad(String cause, boolean restLost) {
        assertThat(bad).singleElement().satisfies(record -> {
            assertThat(record.cause()).startsWith(cause);
            assertThat(record.restLost()).isEqualTo(restLost);
        });
    }

    private void write(String name, String first, String piece, String last) throws IOException {
        file = directory.resolve(name);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(first);
            for (int i = 0; i < MORE_THAN_A_RECORD; i++) {
                out.write(piece);
            }
            out.write(last);
        }
    }

    private List<String> read() throws IOException {
        CorpusFormat format = CorpusFormats.of(
                SparkFixture.corpus("auto", "line", 0, file).allSources().get(0), file.toString());
        List<String> texts = new ArrayList<>();
        try (DocumentReader reader = DocumentReader.open(
                store, new InputSplit(file.toString(), 0, Long.MAX_VALUE, format), (record, error) -> bad.add(record))) {
            reader.forEachRemaining(text -> texts.add(new String(text, StandardCharsets.UTF_8)));
        }
        return texts;
    }
}
