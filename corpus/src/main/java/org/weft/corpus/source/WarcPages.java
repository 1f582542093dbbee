package org.weft.corpus.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.netpreserve.jwarc.HttpResponse;
import org.netpreserve.jwarc.MediaType;
import org.netpreserve.jwarc.WarcConversion;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;
import org.netpreserve.jwarc.WarcResponse;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;

/**
 * Web archives (ISO 28500), as Common Crawl publishes them: of responses with status 200 the {@link MainText} of HTML and
 * plain text as it stands, of conversions (WET) the text. All other records are passed over.
 *
 * @param fields the id is a field of a record's header, such as {@code WARC-Target-URI}
 * @param encoding of pages that do not name theirs
 */
record WarcPages(TextFields fields, TextEncoding encoding) implements CorpusFormat {

    WarcPages(SourceConfig source) {
        this(TextFields.of(source), CorpusFormats.encoding(source));
    }

    @Override
    public CorpusConfig.Format word() {
        return CorpusConfig.Format.WARC;
    }

    @Override
    public List<String> extensions() {
        return List.of("warc", "wet");
    }

    @Override
    public boolean splittable() {
        return false;
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        InputText text = new InputText(store, split, encoding);
        if (text.isEmpty()) {
            return Nothing.of(split);
        }
        // Each record of a .warc.gz is packed by itself, which the reader of the records knows best.
        boolean gzip = split.path().toLowerCase(Locale.ROOT).endsWith(".gz");
        InputStream in = gzip ? text.openRaw() : text.openAsStored();
        try {
            return new Pages(fields, text, new WarcReader(in));
        } catch (IOException damaged) {
            in.close();
            throw text.damaged("no web archive", damaged);
        }
    }

    /** The pages of one archive. */
    private static final class Pages implements Documents {
        private final TextFields fields;
        private final InputText text;
        private final WarcReader reader;
        private String id;
        private long number;
        private boolean failed;

        Pages(TextFields fields, InputText text, WarcReader reader) {
            this.fields = fields;
            this.text = text;
            this.reader = reader;
        }

        @Override
        public byte[] next() throws IOException {
            String page = null;
            while (page == null) {
                WarcRecord record = record();
                if (record == null) {
                    return null;
                }
                page = page(record);
                id = page == null || fields.id().isEmpty() ? null : idOf(record);
            }
            return page.getBytes(StandardCharsets.UTF_8);
        }

        private WarcRecord record() throws IOException {
            try {
                number++;
                return reader.next().orElse(null);
            } catch (IOException damaged) {
                failed = true;
                throw text.damaged("damaged web archive", where(), damaged);
            }
        }

        private String idOf(WarcRecord record) {
            return record.headers()
                    .first(fields.id())
                    .filter(id -> !id.isEmpty())
                    .orElseThrow(() -> fields.noId(where()));
        }

        /** Null where the record is no page with text. */
        private String page(WarcRecord record) throws IOException {
            try {
                if (record instanceof WarcConversion conversion) {
                    byte[] body = body(conversion.body().stream());
                    return plain(conversion.contentType()) ? new String(body, StandardCharsets.UTF_8) : null;
                }
                if (record instanceof WarcResponse response && isHttp(response)) {
                    return page(response.http());
                }
                return null;
            } catch (IOException | IllegalArgumentException damaged) {
                if (StorageFailure.isWithin(damaged)) {
                    throw damaged;
                }
                throw text.damaged("damaged page", where(), damaged);
            }
        }

        private static boolean isHttp(WarcResponse response) {
            return response.contentType().base().equals(MediaType.HTTP);
        }

        private String page(HttpResponse http) throws IOException {
            MediaType type = http.contentType().base();
            boolean html = type.equals(MediaType.HTML) || type.subtype().equals("xhtml+xml");
            if (http.status() != 200 || !(html || plain(type))) {
                return null;
            }
            String charset = Optional.ofNullable(http.contentType().parameters().get("charset"))
                    .orElse(null);
            byte[] body = body(http.bodyDecoded().stream());
            return html
                    ? MainText.of(body, charset, text.encoding().name())
                    : MainText.decoded(body, charset, text.encoding().name());
        }

        private static boolean plain(MediaType type) {
            return type.base().equals(MediaType.PLAIN_TEXT);
        }

        private byte[] body(InputStream in) throws IOException {
            byte[] body = in.readNBytes(JsonRecords.MAX_RECORD_BYTES + 1);
            if (body.length > JsonRecords.MAX_RECORD_BYTES) {
                throw WeftException.invalidData(
                        "page too long: " + where() + " bytes=more than " + JsonRecords.MAX_RECORD_BYTES,
                        "take such pages out of the archive");
            }
            return body;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String where() {
            return "file=" + text.split().path() + " record=" + number + " byte=" + reader.position();
        }

        @Override
        public boolean goesOn() {
            return !failed;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
