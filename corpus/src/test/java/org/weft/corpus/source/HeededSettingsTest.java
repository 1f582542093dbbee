package org.weft.corpus.source;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.Records;
import org.weft.core.config.SourceConfig;
import org.weft.corpus.SparkFixture;

/** What is said of files whose format their names decide. */
class HeededSettingsTest {
    private static final SourceConfig PLAIN =
            SparkFixture.corpus("auto", "paragraph", 0).allSources().get(0);

    @Test
    void anIdIsOfEachFile() {
        SourceConfig ids = Records.with(PLAIN, "idField", "key");
        assertThatCode(() -> listed(ids, "a.jsonl", "b.parquet", "c.warc.gz", "d.tsv"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> listed(ids, "a.jsonl", "notes.txt"))
                .hasMessage("corpus.id_field=key: documents of text have no id: file=notes.txt");
        assertThatThrownBy(() -> listed(ids, "page.html"))
                .hasMessage("corpus.id_field=key: documents of html have no id: file=page.html");
    }

    @Test
    void whatNoFileHeedsIsRefused() {
        SourceConfig encoding = Records.with(PLAIN, "encoding", "windows-1252");
        assertThatCode(() -> listed(encoding, "a.parquet", "b.csv")).doesNotThrowAnyException();
        assertThatThrownBy(() -> listed(encoding, "a.parquet", "b.parquet"))
                .hasMessage("corpus.encoding has no effect on any file of corpus.input: all are parquet");
        assertThatCode(() -> listed(Records.with(PLAIN, "encoding", "utf8"), "a.parquet"))
                .as("what is said of all files")
                .doesNotThrowAnyException();
        SourceConfig lines = SparkFixture.corpus("auto", "line", 0).allSources().get(0);
        assertThatCode(() -> listed(lines, "a.json")).doesNotThrowAnyException();
        assertThatThrownBy(() -> listed(Records.with(PLAIN, "textField", "body"), "a.txt", "b.html"))
                .hasMessage("corpus.text_field has no effect on any file of corpus.input: all are html, text");
    }

    private static void listed(SourceConfig source, String... files) {
        HeededSettings heeded = new HeededSettings(source);
        List.of(files).forEach(file -> heeded.add(CorpusFormats.of(source, file), file));
        heeded.requireAll();
    }
}
