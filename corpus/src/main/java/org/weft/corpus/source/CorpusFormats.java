package org.weft.corpus.source;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;

/** The formats that there are, and which of them a file has. */
public final class CorpusFormats {
    /** Those whose files are told by their extension alone, or by it under that of a compression. */
    private static final List<Function<SourceConfig, CorpusFormat>> EXACT =
            List.of(CsvTexts::commas, CsvTexts::tabs, ParquetTexts::new, HtmlPages::new, WarcPages::new);

    /** In the order in which {@code auto} asks for their extensions, under whatever else the name ends in. */
    private static final List<Function<SourceConfig, CorpusFormat>> LOOSE = List.of(JsonLines::new, PlainText::new);

    private static final List<String> NO_TEXT =
            List.of("zip", "tar", "tgz", "7z", "rar", "xz", "orc", "avro", "arrow", "pdf", "docx", "xlsx");

    private static final String PACKED = "gz|bz2|zst|zstd|snappy|lz4";

    private CorpusFormats() {}

    /** The format that the configuration names; for {@code auto} that of the name's extension, else text. */
    public static CorpusFormat of(SourceConfig source, String name) {
        if (source.format() != CorpusConfig.Format.AUTO) {
            return named(source);
        }
        if (endsIn(name, NO_TEXT, PACKED)) {
            throw WeftException.invalidData(
                    "no file of text, by its name: file=" + name,
                    "unpack or convert it, or leave it out with a glob such as DIR/*.txt; " + source.key("format")
                            + "=text takes it as it is");
        }
        for (Function<SourceConfig, CorpusFormat> exact : EXACT) {
            CorpusFormat format = exact.apply(source);
            if (endsIn(name, format.extensions(), PACKED)) {
                return format;
            }
        }
        for (Function<SourceConfig, CorpusFormat> loose : LOOSE) {
            CorpusFormat format = loose.apply(source);
            if (endsIn(name, format.extensions(), "[a-z0-9]+")) {
                return format;
            }
        }
        return new PlainText(source);
    }

    private static CorpusFormat named(SourceConfig source) {
        return switch (source.format()) {
            case TEXT -> new PlainText(source);
            case JSONL -> new JsonLines(source);
            case CSV -> CsvTexts.commas(source);
            case TSV -> CsvTexts.tabs(source);
            case PARQUET -> new ParquetTexts(source);
            case HTML -> new HtmlPages(source);
            case WARC -> new WarcPages(source);
            case TABLE ->
                throw WeftException.usage(
                        source.key("format") + "=table is of tables in Spark's catalogue: files are given",
                        "name the files' format, or auto");
            case AUTO -> throw new IllegalArgumentException("auto is of a file's name");
        };
    }

    /** What the configuration says of the files' character set. */
    static TextEncoding encoding(SourceConfig source) {
        return new TextEncoding(source.encoding(), source.key("encoding"));
    }

    /**
     * @param after expression of what may follow the extension and a dot
     */
    private static boolean endsIn(String name, List<String> extensions, String after) {
        return name.toLowerCase(Locale.ROOT)
                .matches("(?s).*\\.(" + String.join("|", extensions) + ")(\\.(" + after + "))?");
    }
}
