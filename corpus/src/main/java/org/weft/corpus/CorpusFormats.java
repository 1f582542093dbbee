package org.weft.corpus;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;

/** The formats that there are, and which of them a file has. */
final class CorpusFormats {
    /** In the order in which {@code auto} asks for their extensions. */
    private static final List<Function<CorpusConfig, CorpusFormat>> ALL = List.of(JsonLines::new, PlainText::new);

    private static final List<String> TABLES = List.of("csv", "tsv");

    private static final List<String> NO_TEXT =
            List.of("zip", "tar", "tgz", "7z", "rar", "xz", "parquet", "orc", "avro", "arrow", "pdf", "docx", "xlsx");

    private CorpusFormats() {}

    /** The format that {@code corpus.format} names; for {@code auto} that of the name's extension, else text. */
    static CorpusFormat of(CorpusConfig corpus, String name) {
        Stream<CorpusFormat> all = ALL.stream().map(format -> format.apply(corpus));
        if (corpus.format() == CorpusConfig.Format.AUTO) {
            if (isOneOf(name, NO_TEXT)) {
                throw WeftException.invalidData(
                        "no file of text, by its name: file=" + name,
                        "unpack or convert it, or leave it out with a glob such as DIR/*.txt; corpus.format=text takes it"
                                + " as it is");
            }
            return all.filter(format -> hasExtension(name, format)).findFirst().orElseGet(() -> new PlainText(corpus));
        }
        return all.filter(format -> format.word() == corpus.format())
                .findFirst()
                .orElseThrow();
    }

    /** What {@code corpus.encoding} says. */
    static TextEncoding encoding(CorpusConfig corpus) {
        return new TextEncoding(corpus.encoding(), "corpus.encoding");
    }

    /** Whether {@code auto} takes a file's header, commas and quotes for text. */
    static boolean isTable(CorpusConfig corpus, String name) {
        return corpus.format() == CorpusConfig.Format.AUTO && isOneOf(name, TABLES);
    }

    private static boolean isOneOf(String name, List<String> extensions) {
        String any = String.join("|", extensions);
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(" + any + ")(\\.(gz|bz2|zst|snappy|lz4))?");
    }

    private static boolean hasExtension(String name, CorpusFormat format) {
        String any = String.join("|", format.extensions());
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(" + any + ")(\\.[a-z0-9]+)?");
    }
}
