package org.weft.corpus.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.CorpusConfig.Format;
import org.weft.core.config.CorpusConfig.SampleBy;
import org.weft.corpus.SparkFixture;

/** Which format a file has. */
class CorpusFormatsTest {
    private static final TextEncoding UTF_8 = new TextEncoding("UTF-8", "corpus.encoding");

    private static final TextFields TEXT = new TextFields("text", "", "corpus.text_field", "corpus.id_field");

    @Test
    void everyWordHasAFormat() {
        for (Format word : Format.values()) {
            if (word != Format.AUTO && word != Format.TABLE) {
                assertThat(format(word, "a.any").word()).isEqualTo(word);
            }
        }
    }

    @Test
    void autoGoesByTheExtensionUnderThatOfACompression() {
        for (String name : new String[] {"a.jsonl", "a.JSON", "a.b.ndjson", "a.jsonl.gz", "a.json.zst", "a.json.txt"}) {
            assertThat(format(Format.AUTO, name).word()).as(name).isEqualTo(Format.JSONL);
        }
        for (String name :
                new String[] {"a.txt", "a.txt.gz", "a", "json", "a.jsonl.old.gz", "a.csv.txt", "csv", "a."}) {
            assertThat(format(Format.AUTO, name).word()).as(name).isEqualTo(Format.TEXT);
        }
    }

    @Test
    void autoRefusesWhatIsNoText() {
        for (String name : new String[] {"a.zip", "a.tar.gz", "a.ORC", "a.xz", "a.pdf"}) {
            assertThatThrownBy(() -> format(Format.AUTO, name))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("no file of text, by its name: file=" + name);
            assertThat(format(Format.TEXT, name).word()).isEqualTo(Format.TEXT);
        }
        for (String name : new String[] {"a.pdf.txt", "zip", "a.zip.d"}) {
            assertThat(format(Format.AUTO, name).word()).as(name).isEqualTo(Format.TEXT);
        }
    }

    @Test
    void autoKnowsTablesAndPagesByTheirWholeExtension() {
        assertThat(format(Format.AUTO, "file:/d/a.CSV.gz").word()).isEqualTo(Format.CSV);
        assertThat(format(Format.AUTO, "a.tsv").word()).isEqualTo(Format.TSV);
        assertThat(format(Format.AUTO, "a.snappy.parquet").word()).isEqualTo(Format.PARQUET);
        assertThat(format(Format.AUTO, "a.htm").word()).isEqualTo(Format.HTML);
        assertThat(format(Format.AUTO, "CC-MAIN-0001.warc.gz").word()).isEqualTo(Format.WARC);
        assertThat(format(Format.TEXT, "a.csv").word()).isEqualTo(Format.TEXT);
    }

    @Test
    void aNamedFormatIsTheFilesWhateverItsName() {
        assertThat(format(Format.TEXT, "a.jsonl").word()).isEqualTo(Format.TEXT);
        assertThat(format(Format.JSONL, "a.txt").word()).isEqualTo(Format.JSONL);
    }

    @Test
    void onlyWholeFilesCannotBeSplit() {
        for (SampleBy unit : SampleBy.values()) {
            assertThat(new PlainText(unit, UTF_8).splittable()).as(unit.name()).isEqualTo(unit != SampleBy.DOCUMENT);
        }
        assertThat(new JsonLines(TEXT, UTF_8).splittable()).isTrue();
        TextEncoding wide = new TextEncoding("UTF-16LE", "corpus.encoding");
        assertThat(new JsonLines(TEXT, wide).splittable()).isFalse();
        assertThat(new PlainText(SampleBy.LINE, wide).splittable()).isFalse();
    }

    private static CorpusFormat format(Format word, String name) {
        CorpusConfig corpus = SparkFixture.corpus(word.name().toLowerCase(Locale.ROOT), "paragraph", 0);
        return CorpusFormats.of(corpus.allSources().get(0), name);
    }
}
