package org.weft.corpus.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;

/**
 * A page a file, of which the {@link MainText} is the document.
 *
 * @param encoding of pages that do not name theirs
 */
record HtmlPages(TextEncoding encoding) implements CorpusFormat {

    HtmlPages(SourceConfig source) {
        this(CorpusFormats.encoding(source));
    }

    @Override
    public CorpusConfig.Format word() {
        return CorpusConfig.Format.HTML;
    }

    @Override
    public List<String> extensions() {
        return List.of("html", "htm", "xhtml");
    }

    @Override
    public boolean splittable() {
        return false;
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        return new Page(new InputText(store, split, encoding));
    }

    /** The one document of a file. */
    private static final class Page implements Documents {
        private final InputText text;
        private boolean read;

        Page(InputText text) {
            this.text = text;
        }

        @Override
        public byte[] next() throws IOException {
            if (read) {
                return null;
            }
            read = true;
            byte[] page;
            try (InputStream in = text.openAsStored()) {
                page = in.readNBytes(JsonRecords.MAX_RECORD_BYTES + 1);
            } catch (IOException failure) {
                throw text.failed(failure, 0);
            }
            if (page.length > JsonRecords.MAX_RECORD_BYTES) {
                throw WeftException.invalidData(
                        "page too long: " + where() + " bytes=more than " + JsonRecords.MAX_RECORD_BYTES,
                        "leave it out, or take its text out of it beforehand");
            }
            return MainText.of(page, null, text.encoding().name()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String where() {
            return "file=" + text.split().path();
        }

        @Override
        public void close() {
            // Opened and closed by next().
        }
    }
}
