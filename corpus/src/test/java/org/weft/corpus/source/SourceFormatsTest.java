package org.weft.corpus.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.SparkFixture;

/** What tables, Parquet files, pages and web archives hold, and which of their records cannot be used. */
class SourceFormatsTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();
    private final List<BadRecord> bad = new ArrayList<>();

    @Test
    void aColumnOfATableIsItsDocuments() throws IOException {
        Path csv =
                SparkFixture.write(directory.resolve("a.csv"), "id,text\n1,\"one, \"\"1\"\"\nline\"\n2,\n3,three\r\n");
        assertThat(read(csv, same())).containsExactly("one, \"1\"\nline", "three");
        assertThat(read(SparkFixture.write(directory.resolve("a.tsv"), "x\ttext\n1\ta, b\n"), same()))
                .containsExactly("a, b");
        assertThat(read(SparkFixture.write(directory.resolve("empty.csv"), ""), same()))
                .isEmpty();
        assertThatThrownBy(() ->
                        DocumentReader.open(store, split(csv, corpus -> Records.with(corpus, "textField", "body"))))
                .isInstanceOfSatisfying(
                        WeftException.class,
                        e -> assertThat(e.hint()).contains("corpus.text_field").contains("format=text"))
                .hasMessageContaining("no text field \"body\"")
                .hasMessageContaining("columns=[id, text]");
    }

    @Test
    void aBadRowIsSetAsideAndTheNextIsRead() throws IOException {
        Path csv = SparkFixture.write(directory.resolve("a.csv"), "id,text\n1,a\n2\n3,\"b\" c\n4,d\n5,\"open\n");
        assertThat(read(csv, same())).containsExactly("a", "d");
        assertThat(bad).extracting(BadRecord::place).containsExactly("line=3", "line=4", "line=6");
        assertThat(bad.get(0).sample()).isEqualTo("2");
        assertThat(bad.get(2).cause()).contains("never closed");
    }

    @Test
    void whatFollowsABadLineIsRead() throws IOException {
        Path json = directory.resolve("a.jsonl");
        Files.write(
                json,
                ("{\"text\": \"one\"}\n{\"text\": \"caf\u00e9\"}\n[1]\n{\"text\": 5}\n{\"text\": \"x\",\n{\"a\": 1}\n"
                                + "{\"text\": \"two\"}\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(read(json, same())).containsExactly("one", "two");
        assertThat(bad).extracting(BadRecord::place).containsExactly("line=2", "line=3", "line=4", "line=5", "line=6");
        assertThat(bad).extracting(BadRecord::restLost).containsOnly(false);
        assertThat(bad.get(2).sample()).isEqualTo("{\"text\": 5}");

        Path text = directory.resolve("a.txt");
        Files.write(text, "one\n\ntwo\nna\u00efve\nmore\n\nthree\n".getBytes(StandardCharsets.ISO_8859_1));
        bad.clear();
        assertThat(read(text, same())).containsExactly("one", "three");
        assertThat(bad).extracting(BadRecord::place).containsExactly("line=4");
    }

    @Test
    void ofAnArrayThatBreaksOffTheBeginningIsRead() throws IOException {
        Path json = SparkFixture.write(
                directory.resolve("a.json"), "[{\"text\": \"one\"}, {\"no\": 1}, {\"text\": \"two\"}, {\"text\": ");
        assertThat(read(json, same())).containsExactly("one", "two");
        assertThat(bad).extracting(BadRecord::restLost).containsExactly(false, true);
    }

    @Test
    void anIdIsATextOrANumber() throws IOException {
        Path json = SparkFixture.write(
                directory.resolve("a.jsonl"),
                "{\"id\": 7, \"text\": \"one\"}\n{\"id\": \"b\", \"text\": \"two\"}\n{\"id\": \"\", \"text\": \"x\"}\n");
        List<String> ids = new ArrayList<>();
        try (DocumentReader reader =
                DocumentReader.open(store, split(json, corpus -> Records.with(corpus, "idField", "id")), collect())) {
            while (reader.hasNext()) {
                reader.next();
                ids.add(reader.id());
            }
        }
        assertThat(ids).containsExactly("7", "b");
        assertThat(bad).singleElement().satisfies(record -> assertThat(record.cause())
                .startsWith("no id field \"id\": file="));
    }

    @Test
    void zstdIsUnpackedWithoutHadoopsLibraries() throws IOException {
        byte[] text = "{\"text\": \"one\"}\n{\"text\": \"two\"}\n".getBytes(StandardCharsets.UTF_8);
        Path packed = directory.resolve("a.jsonl.zst");
        byte[] frame = Zstd.compress(text);
        Files.write(packed, frame);
        assertThat(read(packed, same())).containsExactly("one", "two");
        Path cut = Files.write(directory.resolve("b.jsonl.zst"), java.util.Arrays.copyOf(frame, frame.length - 5));
        bad.clear();
        read(cut, same());
        assertThat(bad).singleElement().satisfies(record -> {
            assertThat(record.cause()).startsWith("cannot unpack: file=");
            assertThat(record.restLost()).isTrue();
        });
    }

    @Test
    void aFileThatCannotBeUnpackedIsOneBadRecord() throws IOException {
        Path plain = SparkFixture.write(directory.resolve("a.jsonl.gz"), "{\"text\": \"not packed\"}\n");
        assertThat(read(plain, same())).isEmpty();
        assertThat(bad).singleElement().satisfies(record -> assertThat(record.cause())
                .startsWith("cannot unpack: file="));

        StringBuilder lines = new StringBuilder();
        for (String document : SparkFixture.documents(3000, 5)) {
            lines.append(document.replace('\n', ' ')).append('\n');
        }
        byte[] packed = Files.readAllBytes(SparkFixture.gzip(directory.resolve("b.txt.gz"), lines.toString()));
        packed[packed.length / 2] ^= 0x55;
        Path damaged = Files.write(directory.resolve("c.txt.gz"), packed);
        bad.clear();
        CorpusConfig.SampleBy line = CorpusConfig.SampleBy.LINE;
        List<String> read = read(damaged, corpus -> Records.with(corpus, "sampleBy", line));
        assertThat(read.size()).isBetween(1, 2999);
        assertThat(lines.toString()).startsWith(String.join("\n", read.subList(0, read.size() / 2)));
        assertThat(bad).filteredOn(BadRecord::restLost).hasSize(1);
    }

    @Test
    void ofAPageTheMainTextIsTheDocument() throws IOException {
        String body = "The harbour froze over in the first week of January, and for nine days no boat could leave it. ";
        Path html = SparkFixture.write(
                directory.resolve("a.html"),
                "<html><head><title>T</title><script>var x = 1;</script></head><body><nav><a href=/>Home</a></nav>"
                        + "<div><a href=1>News</a> <a href=2>Sport</a> <a href=3>Weather and more of it</a></div>"
                        + "<article><h1>Ice in the harbour, and what it did</h1><p>" + body + body + "</p><p>" + body
                        + "<br>Second &amp; last.</p></article><ul><li><a href=4>Related one</a></li></ul>"
                        + "<footer>All rights reserved</footer></body></html>");
        assertThat(read(html, same())).singleElement().satisfies(text -> assertThat(text)
                .startsWith("Ice in the harbour")
                .contains("nine days no boat")
                .contains("Second & last.")
                .doesNotContain("Sport")
                .doesNotContain("Related")
                .doesNotContain("rights")
                .doesNotContain("var x"));
        Path latin = directory.resolve("latin.html");
        Files.write(
                latin,
                ("<meta charset=\"iso-8859-1\"><p>" + "Caf\u00e9 ".repeat(30) + "</p>")
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(read(latin, same()).get(0)).startsWith("Caf\u00e9 Caf\u00e9");
        Path chinese = SparkFixture.write(
                directory.resolve("zh.html"),
                "<div><a href=1>首頁</a><a href=2>新聞</a></div><p>" + "春眠不覺曉處處聞啼鳥夜來風雨聲花落知多少".repeat(3) + "</p>");
        assertThat(read(chinese, same()).get(0)).startsWith("春眠不覺曉").doesNotContain("首頁");
    }

    @Test
    void aRowGroupBelongsToOneSplit() throws IOException {
        Path file = directory.resolve("a.parquet");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            texts.add("row " + i + " " + "\u00e9".repeat(i % 50));
        }
        ParquetFixture.write(file, 4096, texts);
        for (long splitBytes : new long[] {1 << 30, 10_000, 1_000}) {
            List<String> read = new ArrayList<>();
            InputFiles input =
                    InputFiles.list(store, SparkFixture.corpus("auto", "line", 0, file), splitBytes, "corpus.input");
            for (InputFiles.Part part : input.parts()) {
                for (InputSplit split : part.splits()) {
                    read.addAll(read(split));
                }
            }
            assertThat(read).isEqualTo(texts);
        }
        assertThat(read(file, corpus -> Records.with(corpus, "idField", "id"))).hasSize(5000);
    }

    @Test
    void aColumnThatIsNoTextIsNamed() throws IOException {
        Path file = directory.resolve("a.parquet");
        ParquetFixture.write(file, 4096, List.of("x"));
        assertRefused(
                file,
                corpus -> Records.with(corpus, "textField", "id"),
                "is no string but a column of required int64 id");
        assertRefused(file, corpus -> Records.with(corpus, "textField", "body"), "columns=[id, text]");
        Path none = SparkFixture.write(directory.resolve("b.parquet"), "no such thing as this");
        assertRefused(none, same(), "damaged or no Parquet file: file=file:" + none);
        assertThat(read(SparkFixture.write(directory.resolve("c.parquet"), ""), same()))
                .isEmpty();
    }

    @Test
    void whatIsWrongWithAFileIsOneBadRecordHoweverOftenItIsCut() throws IOException {
        Path file = directory.resolve("a.parquet");
        ParquetFixture.write(file, 4096, SparkFixture.documents(2000, 3));
        Path none = SparkFixture.write(directory.resolve("b.parquet"), "no such thing as this");
        for (InputSplit whole :
                List.of(split(file, corpus -> Records.with(corpus, "textField", "body")), split(none, same()))) {
            bad.clear();
            for (long start = 0; start < 16; start += 4) {
                assertThat(read(new InputSplit(whole.path(), start, start + 4, whole.format())))
                        .isEmpty();
            }
            assertThat(bad).hasSize(1);
        }
    }

    @Test
    void responsesAndConversionsOfAWebArchiveAreRead() throws IOException {
        Path warc = directory.resolve("a.warc.gz");
        WarcFixture.write(warc);
        assertThat(read(warc, corpus -> Records.with(corpus, "idField", "WARC-Target-URI")))
                .satisfiesExactly(
                        page -> assertThat(page).startsWith("The tide was out").doesNotContain("Menu"),
                        plain -> assertThat(plain).isEqualTo("plain text\n"),
                        wet -> assertThat(wet).isEqualTo("converted"));
        assertThat(bad).isEmpty();
        byte[] bytes = Files.readAllBytes(warc);
        Path damaged = Files.write(directory.resolve("b.warc.gz"), java.util.Arrays.copyOf(bytes, bytes.length - 30));
        assertThat(read(damaged, same())).hasSize(2);
        assertThat(bad).singleElement().satisfies(record -> assertThat(record.restLost())
                .isTrue());
    }

    private void assertRefused(Path file, UnaryOperator<CorpusConfig> with, String message) {
        assertThatThrownBy(() -> DocumentReader.open(store, split(file, with)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message);
    }

    private static UnaryOperator<CorpusConfig> same() {
        return UnaryOperator.identity();
    }

    private BadRecord.Handler collect() {
        return (record, error) -> bad.add(record);
    }

    private InputSplit split(Path file, UnaryOperator<CorpusConfig> with) throws IOException {
        CorpusConfig corpus = with.apply(SparkFixture.corpus("auto", "paragraph", 0, file));
        return InputFiles.list(store, corpus, 1 << 30, "corpus.input")
                .parts()
                .get(0)
                .splits()
                .get(0);
    }

    private List<String> read(Path file, UnaryOperator<CorpusConfig> with) throws IOException {
        CorpusConfig corpus = with.apply(SparkFixture.corpus("auto", "paragraph", 0, file));
        InputFiles input = InputFiles.list(store, corpus, 1 << 30, "corpus.input");
        return input.parts().isEmpty()
                ? List.of()
                : read(input.parts().get(0).splits().get(0));
    }

    private List<String> read(InputSplit split) throws IOException {
        List<String> texts = new ArrayList<>();
        try (DocumentReader reader = DocumentReader.open(store, split, collect())) {
            while (reader.hasNext()) {
                texts.add(new String(reader.next(), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }
}
