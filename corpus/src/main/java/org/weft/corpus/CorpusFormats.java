package org.weft.corpus;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.weft.core.config.CorpusConfig;

/** The formats that there are, and which of them a file has. */
final class CorpusFormats {
    /** In the order in which {@code auto} asks for their extensions. */
    private static final List<Function<CorpusConfig, CorpusFormat>> ALL = List.of(JsonLines::new, PlainText::new);

    private CorpusFormats() {}

    /** The format that {@code corpus.format} names; for {@code auto} that of the name's extension, else text. */
    static CorpusFormat of(CorpusConfig corpus, String name) {
        Stream<CorpusFormat> all = ALL.stream().map(format -> format.apply(corpus));
        if (corpus.format() == CorpusConfig.Format.AUTO) {
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

    private static boolean hasExtension(String name, CorpusFormat format) {
        String any = String.join("|", format.extensions());
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(" + any + ")(\\.[a-z0-9]+)?");
    }
}
