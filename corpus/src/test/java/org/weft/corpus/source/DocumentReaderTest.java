package org.weft.corpus.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.SparkFixture;

/** What documents a file holds, however it is cut, and what is said of files that cannot be read. */
class DocumentReaderTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();

    @Test
    void paragraphsEndAtBlankLines() throws IOException {
        Path file =
                SparkFixture.write(directory.resolve("a.txt"), "\n\none\r\ntwo\r\n\r\n \t\nthree\n\n\n\nfour\nfive");
        assertThat(read("paragraph", file, 1 << 20)).containsExactly("one\ntwo", "three", "four\nfive");
    }

    @Test
    void linesAndWholeFiles() throws IOException {
        Path file = SparkFixture.write(directory.resolve("a.txt"), "\uFEFFone\r\n\n  \ntwo é\nthree");
        assertThat(read("line", file, 1 << 20)).containsExactly("one", "two é", "three");
        assertThat(read("document", file, 4)).containsExactly("one\n\n  \ntwo é\nthree");
    }

    @Test
    void everyCutGivesTheSameDocumentsInTheSameOrder() throws IOException {
        Random random = new Random(11);
        for (int round = 0; round < 30; round++) {
            StringBuilder text = new StringBuilder();
            int lines = random.nextInt(12);
            for (int i = 0; i < lines; i++) {
                text.append(List.of("", "", " ", "é", "ab", "北京 x", "\r").get(random.nextInt(7)))
                        .append(random.nextBoolean() ? "\n" : "\r\n");
            }
            text.append(random.nextBoolean() ? "end" : "");
            Path file = SparkFixture.write(directory.resolve("a" + round + ".txt"), text.toString());
            for (String unit : List.of("paragraph", "line")) {
                List<String> whole = read(unit, file, 1 << 20);
                for (int splitBytes = 1; splitBytes < 20; splitBytes++) {
                    assertThat(read(unit, file, splitBytes))
                            .as("%s cut every %d bytes: %s", unit, splitBytes, text)
                            .isEqualTo(whole);
                }
            }
        }
    }

    @Test
    void jsonLinesGiveTheirTextField() throws IOException {
        String lines = "{\"id\": 1, \"text\": \"one\\ntwo\"}\r\n\n{\"text\": \"\"}\n{\"text\": \"\\u5317\"}";
        Path file = SparkFixture.write(directory.resolve("a.jsonl"), lines);
        for (int splitBytes = 1; splitBytes < 70; splitBytes++) {
            assertThat(read("paragraph", file, splitBytes)).containsExactly("one\ntwo", "北");
        }
        Path packed = SparkFixture.gzip(directory.resolve("b.jsonl.gz"), lines);
        assertThat(read("paragraph", packed, 8)).containsExactly("one\ntwo", "北");
    }

    @Test
    void aFileMayBeOneArrayOfObjects() throws IOException {
        String pretty = "\n[\n  {\n    \"text\": \"one\"\n  },\n  {\"text\": \"[two]\"}\n]\n";
        Path file = SparkFixture.write(directory.resolve("a.json"), "\uFEFF" + pretty);
        Path packed = SparkFixture.gzip(directory.resolve("b.json.gz"), "[{\"text\": \"one\"}, {\"text\": \"[two]\"}]");
        for (int splitBytes : new int[] {1, 7, 1000}) {
            assertThat(read("line", file, splitBytes)).containsExactly("one", "[two]");
            assertThat(read("line", packed, splitBytes)).containsExactly("one", "[two]");
        }
        assertThat(read("line", SparkFixture.write(directory.resolve("c.json"), "[]"), 9))
                .isEmpty();
    }

    @Test
    void whatIsWrongWithAnArrayIsNamed() throws IOException {
        Path cut = SparkFixture.write(directory.resolve("a.json"), "[\n{\"text\": \"x\"},\n{\"text\": ");
        assertRejected(cut, 1000, "broken JSON: file=file:" + cut + " line=3 element=2: it ends before", "jq -c '.[]'");
        Path more = SparkFixture.write(directory.resolve("b.json"), "[{\"text\": \"x\"}]\n[]");
        assertRejected(more, 1000, "line=2: something stands after the array", "one array of objects");
        Path latin = directory.resolve("c.json");
        Files.write(latin, "[{\"text\": \"caf\u00e9 x\"}]".getBytes(StandardCharsets.ISO_8859_1));
        assertRejected(latin, 1000, "input is not UTF-8: file=file:" + latin + " line=1 element=1", "corpus.encoding=");
        Path spread = SparkFixture.write(directory.resolve("d.json"), "{\n  \"data\": [{}]\n}");
        assertRejected(
                spread, 1000, "broken JSON: file=file:" + spread + " line=1: it ends before the JSON does", "jq -c");
    }

    @Test
    void aBareReturnEndsALineOfJson() throws IOException {
        String lines = "{\"text\": \"one\"}\r{\"text\": \"two\"}\r\n{\"text\": \"three\"}\n\r\r{\"text\": \"four\"}";
        Path file = SparkFixture.write(directory.resolve("a.jsonl"), lines);
        Path bad = SparkFixture.write(directory.resolve("b.jsonl"), lines + "\r{\"text\": x}");
        for (int splitBytes = 1; splitBytes < lines.length() + 2; splitBytes++) {
            assertThat(read("line", file, splitBytes)).containsExactly("one", "two", "three", "four");
            assertRejected(bad, splitBytes, "broken JSON: file=file:" + bad + " line=7: ", "mend or remove");
        }
    }

    @Test
    void aSplitThatBeginsBehindAReturnAndAFeedCountsThemOnce() throws IOException {
        String first = "{\"text\": \"one\"}\r\n";
        Path bad = SparkFixture.write(directory.resolve("a.jsonl"), first + "{\"text\": x}\r\n");
        assertRejected(bad, first.length(), "broken JSON: file=file:" + bad + " line=2: ", "mend or remove");
    }

    @Test
    void otherEncodingsAreReadWhereTheyAreNamed() throws IOException {
        Path latin = directory.resolve("latin.txt");
        Files.write(latin, "caf\u00e9\r\nx\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(read("ISO-8859-1", latin)).containsExactly("caf\u00e9", "x");
        Path wide = directory.resolve("wide.jsonl");
        String emoji = "\uFEFF" + "{\"text\": \"\uD83D\uDC4D 北\"}\n".repeat(3000);
        Files.write(wide, emoji.getBytes(StandardCharsets.UTF_16LE));
        assertThat(read("UTF-16LE", wide)).hasSize(3000).containsOnly("\uD83D\uDC4D 北");
        Path none = directory.resolve("none.txt");
        Files.write(none, new byte[] {'a', '\n', (byte) 0x81, ' '});
        assertThatThrownBy(() -> read("Shift_JIS", none))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("input is not Shift_JIS: file=file:" + none);
    }

    @Test
    void unpairedSurrogatesBecomeTheReplacementAndAreCounted() throws IOException {
        Path file = SparkFixture.write(
                directory.resolve("a.jsonl"),
                "{\"text\": \"a \\ud83d b\"}\n{\"text\": \"\\udc4d\\ud83d\"}\n{\"text\": \"\\ud83d\\udc4d\"}\n");
        assertThat(read("line", file, 1 << 20)).containsExactly("a \uFFFD b", "\uFFFD\uFFFD", "\uD83D\uDC4D");
        CorpusConfig config = SparkFixture.corpus("auto", "line", 0, file);
        InputSplit split = InputFiles.list(store, config, 1 << 20, "corpus.input")
                .parts()
                .get(0)
                .splits()
                .get(0);
        try (DocumentReader reader = DocumentReader.open(store, split)) {
            reader.forEachRemaining(text -> {});
            assertThat(reader.replaced()).isEqualTo(3);
        }
    }

    private List<String> read(String encoding, Path file) throws IOException {
        CorpusConfig config = Records.with(SparkFixture.corpus("auto", "line", 0, file), "encoding", encoding);
        return read(config, 1000);
    }

    @Test
    void longTextsBecomeSeveralDocumentsBetweenCharacters() throws IOException {
        String line = "北".repeat(3_000_000); // 9 MB in one line
        Path text = SparkFixture.write(directory.resolve("a.txt"), line + "\nnext");
        Path json = SparkFixture.write(directory.resolve("a.jsonl"), "{\"text\": \"" + line + "\"}\n");
        for (String unit : List.of("line", "paragraph", "document")) {
            List<String> pieces = read(unit, text, 1 << 20);
            assertThat(String.join("", pieces).replace("\n", "")).isEqualTo(line + "next");
            assertThat(pieces.get(0).getBytes(StandardCharsets.UTF_8).length)
                    .isBetween(DocumentReader.MAX_DOCUMENT_BYTES - 4, DocumentReader.MAX_DOCUMENT_BYTES);
        }
        assertThat(read("line", json, 1 << 20))
                .hasSize(3)
                .isEqualTo(read("line", text, 1 << 20).subList(0, 3));
    }

    @Test
    void rejectsBrokenJsonNamingFileAndLine() throws IOException {
        String good = "{\"text\": \"fine\"}\n";
        Path file = SparkFixture.write(directory.resolve("a.jsonl"), good.repeat(6) + "{\"text\": oops}\n" + good);
        for (int splitBytes : new int[] {1, 7, 17, 34, 50, 1000}) {
            assertRejected(file, splitBytes, "broken JSON: file=file:" + file + " line=7: ", "mend or remove");
        }
        Path trailing = SparkFixture.write(directory.resolve("b.jsonl"), "{\"text\": \"a\"} {}\n");
        assertRejected(trailing, 1000, "broken JSON: file=file:" + trailing + " line=1: ", "one JSON object");
        Path packed = SparkFixture.gzip(directory.resolve("c.jsonl.gz"), good + "{\"text\"");
        assertRejected(packed, 1000, "broken JSON: file=file:" + packed + " line=2: ", "mend or remove");
    }

    @Test
    void rejectsLinesWithoutText() throws IOException {
        Path missing =
                SparkFixture.write(directory.resolve("a.jsonl"), "{\"text\":\"x\"}\n{\"body\": \"x\", \"n\": 1}\n");
        assertRejected(
                missing,
                1000,
                "no text field \"text\": file=file:" + missing + " line=2 keys=[body, n]",
                "corpus.text_field");
        Path number = SparkFixture.write(directory.resolve("b.jsonl"), "{\"text\": 5}\n");
        assertRejected(number, 1000, "is no string but NUMBER", "corpus.text_field");
        Path lines = SparkFixture.write(directory.resolve("c.jsonl"), "{\"text\": \"x\"}\n[1]\n");
        assertRejected(lines, 1000, "not a JSON object: file=file:" + lines + " line=2 actual=ARRAY", "\"text\"");
        Path array = SparkFixture.write(directory.resolve("d.jsonl"), "[{\"text\": \"x\"},\n 1]\n");
        assertRejected(
                array, 1000, "not a JSON object: file=file:" + array + " line=2 element=2 actual=NUMBER", "\"text\"");
    }

    @Test
    void rejectsJsonLineWithoutEnd() throws IOException {
        Path file = SparkFixture.write(
                directory.resolve("a.jsonl"), "{\"text\": \"" + "x".repeat(JsonRecords.MAX_RECORD_BYTES) + "\"}");
        assertRejected(file, 1L << 40, "JSON line too long: file=file:" + file + " line=1", "corpus.format=text");
    }

    @Test
    void rejectsWhatIsNotUtf8NamingTheByte() throws IOException {
        Path file = directory.resolve("a.txt");
        Files.write(file, "one\n\ntwo\ncaf\u00e9 x\n".getBytes(StandardCharsets.ISO_8859_1));
        for (int splitBytes : new int[] {4, 5, 1000}) {
            assertRejected(file, splitBytes, "input is not UTF-8: file=file:" + file + " line=4 byte=12", "iconv");
        }
        Path wide = directory.resolve("b.txt");
        Files.write(wide, "\uFEFFtext".getBytes(StandardCharsets.UTF_16LE));
        assertRejected(wide, 1000, "input is not UTF-8: file=file:" + wide + " line=1 byte=0", "iconv");
    }

    @Test
    void rejectsDamagedArchive() throws IOException {
        Path file = SparkFixture.gzip(directory.resolve("a.txt.gz"), "line\n".repeat(50_000));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertRejected(file, 1000, "cannot unpack: file=file:" + file + " after line ", "gzip -t");
    }

    @Test
    void rejectsWhatCannotBeUnpackedHere() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt.zst"), "no frame of Zstandard's");
        assertRejected(file, 1000, "cannot unpack: file=file:" + file, "");
    }

    private void assertRejected(Path file, long splitBytes, String message, String hint) {
        assertThatThrownBy(() -> read("paragraph", file, splitBytes))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA);
                    assertThat(e.hint()).contains(hint);
                })
                .hasMessageContaining(message);
    }

    private List<String> read(String sampleBy, Path file, long splitBytes) throws IOException {
        return read(SparkFixture.corpus("auto", sampleBy, 0, file), splitBytes);
    }

    private List<String> read(CorpusConfig config, long splitBytes) throws IOException {
        List<String> documents = new ArrayList<>();
        for (InputFiles.Part part :
                InputFiles.list(store, config, splitBytes, "corpus.input").parts()) {
            for (InputSplit split : part.splits()) {
                try (DocumentReader reader = DocumentReader.open(store, split)) {
                    reader.forEachRemaining(text -> documents.add(new String(text, StandardCharsets.UTF_8)));
                }
            }
        }
        return documents;
    }
}
