package org.weft.tuning.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.weft.core.config.DatasetConfig.Format;
import org.weft.corpus.source.TextEncoding;

/** How files become rows: what {@code prepare} reads as one text, fine-tuning reads as the same one. */
class RowFilesTest extends EncodedRows {
    private static final String HEADER = "label,text\n";

    /** Each row as "text|label|line". */
    private List<String> read(Path file, String encoding) throws IOException {
        Dataset<Row> rows = new DatasetReader(spark, store, List.of("text"))
                .read("input", List.of(file.toString()), Format.AUTO, new TextEncoding(encoding, "dataset.encoding"));
        List<String> columns = List.of("text", "label");
        return DatasetReader.select(rows, columns).toJavaRDD().map(row -> RowFields.of(row, columns)).collect().stream()
                .map(row -> row.get("text") + "|" + row.get("label") + "|"
                        + row.place().replaceFirst("file=.* line=", ""))
                .toList();
    }

    private Path file(String name, String content) throws IOException {
        return file(name, content, StandardCharsets.UTF_8);
    }

    private Path file(String name, String content, Charset charset) throws IOException {
        return Files.write(directory.resolve(name), content.getBytes(charset));
    }

    private void assertRefused(Path file, String... parts) {
        assertThat(refused(config("refused", file))).satisfies(e -> assertThat(
                        Arrays.stream(parts).allMatch(part -> (e.getMessage() + " " + e.hint()).contains(part)))
                .as(e.getMessage() + " " + e.hint())
                .isTrue());
        assertThat(directory.resolve("refused/dataset")).doesNotExist();
    }

    @Test
    void anArrayIsItsElements() throws IOException {
        Path pretty =
                file("a.json", "[\n {\"text\": \"x\",\n  \"label\": 1.50},\n {\"text\": \"y\", \"label\": 2}\n]\n");
        assertThat(read(pretty, "UTF-8")).containsExactly("x|1.5|2 element=1", "y|2.0|4 element=2");
        Path bad = file("b.json", "[{\"text\": \"x\", \"label\": 1}, 7]");
        assertRefused(bad, "not a JSON object: file=file:" + bad + " line=1 element=2 actual=NUMBER");
    }

    @Test
    void linesEndAtReturnsToo() throws IOException {
        String first = "{\"text\": \"x\", \"label\": 1}\r{\"text\": \"y\", \"label\": 2}\r\n";
        assertThat(read(file("a.jsonl", first), "UTF-8")).containsExactly("x|1|1", "y|2|2");
        assertThat(read(file("a.csv", HEADER.replace('\n', '\r') + "1,x\r2,\"y\rz\"\r"), "UTF-8"))
                .containsExactly("x|1|2", "y\rz|2|3");
        assertThat(read(file("b.csv", "label,text\r\n1,\"x\r\ny\"\r\n\r\n2,a\rb\r\n"), "UTF-8"))
                .containsExactly("x\r\ny|1|2", "a\rb|2|5");
    }

    @Test
    void csvFieldsAreTextsAndNulls() throws IOException {
        Path file = file("a.csv", "\uFEFFlabel,text\n1,\"a, \"\"b\"\"\"\n,\"\"\n2,c \"d\"\n");
        assertThat(read(file, "UTF-8")).containsExactly("a, \"b\"|1|2", "|null|3", "c \"d\"|2|4");
        Path index = file("b.csv", ",label,text\n0,1,x\n");
        assertThat(read(index, "UTF-8")).containsExactly("x|1|2");
    }

    @Test
    void brokenCsvIsNamedByItsLine() throws IOException {
        Path open = file("a.csv", HEADER + "1,x\n2,\"y\nz\n");
        assertRefused(open, "broken CSV: file=file:" + open + " line=3: a quote in the record");
        Path after = file("b.csv", HEADER + "1,\"x\" y\n");
        assertRefused(after, "broken CSV: file=file:" + after + " line=2: text follows the closing quote of field 2");
        Path more = file("c.csv", HEADER + "1,x\n2,y,z\n");
        assertRefused(more, "CSV row of another length: file=file:" + more + " line=3 fields=3 columns=2");
        assertRefused(file("d.csv", ""), "CSV without a header: file=file:");
        Path folder = Files.createDirectory(directory.resolve("mixed"));
        file("mixed/a.csv", HEADER + "1,x\n");
        Path other = file("mixed/b.csv", "text,label\nx,1\n");
        assertRefused(folder, "CSV files of other columns: file=file:" + other + " has [text, label], file=file:");
    }

    @Test
    void otherEncodingsAreNamedOrRefused() throws IOException {
        Path csv = file("a.csv", HEADER + "1,x\n2,caf\u00e9\n", StandardCharsets.ISO_8859_1);
        assertRefused(csv, "input is not UTF-8: file=file:" + csv + " line=3 byte=20", "dataset.encoding=ISO-8859-1");
        assertThat(read(csv, "ISO-8859-1")).containsExactly("x|1|2", "caf\u00e9|2|3");
        Path json = file("a.jsonl", "{\"text\": \"caf\u00e9\", \"label\": 1}\n", StandardCharsets.UTF_16);
        assertRefused(json, "input is not UTF-8: file=file:" + json + " line=1 byte=0");
        assertThat(read(json, "UTF-16")).containsExactly("caf\u00e9|1|1");
    }

    @Test
    void unpairedSurrogatesBecomeTheReplacement() throws IOException {
        String rows = "{\"text\": \"a\\ud83d\", \"label\": NaN}\n{\"text\": \"\\ud83d\\udc4d\", \"label\": 2}\n";
        assertThat(read(file("a.jsonl", rows), "UTF-8")).containsExactly("a\uFFFD|NaN|1", "\uD83D\uDC4D|2.0|2");
        Path array = file("a.json", "[" + rows.strip().replace("}\n", "},") + "]");
        assertThat(read(array, "UTF-8")).containsExactly("a\uFFFD|NaN|1 element=1", "\uD83D\uDC4D|2.0|1 element=2");
        Path labelled = file("b.jsonl", rows.replace("NaN", "1").repeat(9));
        run(config("a", labelled, "dataset.validation_fraction=0"));
        assertThat(said).contains("warning: 9 unpaired surrogates in the rows became U+FFFD");
    }

    @Test
    void aTextIsAString() throws IOException {
        for (String odd : List.of("12345678901234567890", "{\"a\": 1}", "[\"x\"]", "true")) {
            Path file = file("a.jsonl", "{\"text\": \"x\", \"label\": 1}\n{\"text\": " + odd + ", \"label\": 2}\n");
            assertRefused(
                    file, "column text is no string but ", ": file=file:" + file + " line=2", "mend or remove it");
        }
    }

    @Test
    void wholeNumbersStayWholeBesideFractions() throws IOException {
        String row = "{\"text\": \"x\", \"label\": %s}\n";
        String wide = row.formatted("9007199254740993") + row.formatted("12345678901234567891") + row.formatted("1.5");
        assertThat(read(file("a.jsonl", wide), "UTF-8"))
                .containsExactly("x|9007199254740993|1", "x|12345678901234567891|2", "x|1.5|3");
        String rows = wide + row.formatted("9007199254740992") + row.formatted("1.50");
        assertThat(run(config("a", file("b.jsonl", rows), "dataset.validation_fraction=0"))
                        .labels())
                .containsExactly("1.5", "9007199254740992", "9007199254740993", "12345678901234567891");
        Path doubles = file("c.jsonl", row.formatted("9007199254740992") + row.formatted("1.50"));
        assertThat(read(doubles, "UTF-8")).containsExactly("x|9.007199254740992E15|1", "x|1.5|2");
    }

    @Test
    void columnsAreToldApartByCaseAndTwiceIsRefused() throws IOException {
        String cased = "{\"TEXT\": \"X\", \"text\": \"x\", \"Label\": 7, \"label\": 1}\n";
        assertThat(read(file("a.jsonl", cased), "UTF-8")).containsExactly("x|1|1");
        assertThat(read(file("a.csv", "Label,label,TEXT,text\n7,1,X,x\n"), "UTF-8"))
                .containsExactly("x|1|2");
        Path twice = file("b.jsonl", cased + "{\"text\": \"x\", \"label\": 1, \"label\": 2}\n");
        assertRefused(twice, "broken JSON: file=file:" + twice + " line=2: duplicate field 'label'");
        Path csv = file("c.csv", "text,label,label\nx,1,2\n");
        assertRefused(csv, "dataset.train has column label more than once: read as label1, label2");
        assertThat(read(file("d.csv", "text,label,id,id\nx,1,2,3\n"), "UTF-8")).containsExactly("x|1|2");
    }

    @Test
    void whatIsOddAndReadAllTheSameIsSaid() throws IOException {
        String rows = "{\"text\": \" \", \"label\": \"good \"}\n{\"text\": \"x\", \"label\": \"nan\"}\n"
                + "{\"text\": \"\", \"label\": \"good\"}\n";
        run(config("a", file("a.jsonl", rows), "dataset.validation_fraction=0"));
        assertThat(said)
                .contains(
                        "warning: 2 rows of train have an empty text",
                        "warning: label \"good \" (1) is a class like others: blanks around a label belong to it",
                        "warning: label \"nan\" (1) is a class like others: remove its rows if it stands for none");
    }

    @Test
    void aPathThatExistsIsNoGlob() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("[2024] a\u00f1o, v1 {x}"));
        Path file = file(folder.getFileName() + "/a b%20c*.jsonl", "{\"text\": \"x\", \"label\": 1}\n");
        assertThat(read(file, "UTF-8")).containsExactly("x|1|1");
        assertThat(read(folder, "UTF-8")).hasSize(1);
        Path rows = directory.resolve("rows [1].parquet");
        spark.setLogLevel("WARN");
        new DatasetReader(spark, store, List.of("text"))
                .read("input", List.of(file.toString()), Format.AUTO, new TextEncoding("UTF-8", "dataset.encoding"))
                .write()
                .parquet(rows.toString());
        assertThat(read(rows, "UTF-8")).hasSize(1);
        assertRefused(directory.resolve("[2025]"), "no such file or directory: ", "a backslash before each");
        assertRefused(directory.resolve("[2025"), "no such file or directory: ", "a backslash before each");
    }
}
