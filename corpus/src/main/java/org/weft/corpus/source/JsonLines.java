package org.weft.corpus.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;

/**
 * JSON objects, of each of which one field is the document.
 *
 * @param fields the keys of text and id
 * @param encoding of the files; all but UTF-8 are read from their beginning, by one task each
 */
record JsonLines(TextFields fields, TextEncoding encoding) implements CorpusFormat {

    JsonLines(SourceConfig source) {
        this(TextFields.of(source), CorpusFormats.encoding(source));
    }

    @Override
    public CorpusConfig.Format word() {
        return CorpusConfig.Format.JSONL;
    }

    @Override
    public List<String> extensions() {
        return List.of("jsonl", "json", "ndjson");
    }

    @Override
    public boolean splittable() {
        return encoding.utf8();
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        return new Texts(fields, JsonRecords.open(new InputText(store, split, encoding)));
    }

    /** The texts of one split's objects. */
    private static final class Texts implements Documents {
        private final TextFields fields;
        private final JsonRecords records;
        private String id;
        private long replaced;

        Texts(TextFields fields, JsonRecords records) {
            this.fields = fields;
            this.records = records;
        }

        @Override
        public byte[] next() throws IOException {
            ObjectNode object = records.next();
            if (object == null) {
                return null;
            }
            JsonNode text = object.get(fields.text());
            if (text == null || !text.isTextual()) {
                List<String> keys = new ArrayList<>();
                object.fieldNames().forEachRemaining(keys::add);
                throw text == null
                        ? fields.missing(fields.text(), "keys=" + keys, records.where())
                        : fields.noText(text.getNodeType(), records.where());
            }
            id = fields.id().isEmpty() ? null : idOf(object);
            replaced += UnpairedSurrogates.count(text.textValue());
            return UnpairedSurrogates.replaced(text.textValue()).getBytes(StandardCharsets.UTF_8);
        }

        /** A number is as good an id as a text. */
        private String idOf(ObjectNode object) throws IOException {
            JsonNode found = object.get(fields.id());
            if (found == null
                    || found.isContainerNode()
                    || found.isNull()
                    || found.asText().isEmpty()) {
                throw fields.noId(records.where());
            }
            return found.asText();
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String where() throws IOException {
            return records.where();
        }

        @Override
        public byte[] sample() {
            byte[] source = records.source();
            return source == null ? new byte[0] : source;
        }

        @Override
        public boolean goesOn() {
            return records.goesOn();
        }

        @Override
        public long replaced() {
            return replaced;
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
