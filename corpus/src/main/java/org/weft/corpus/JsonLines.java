package org.weft.corpus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;

/**
 * JSON objects, of each of which one field is the document.
 *
 * @param textField the key of the text
 * @param encoding of the files; all but UTF-8 are read from their beginning, by one task each
 */
record JsonLines(String textField, TextEncoding encoding) implements CorpusFormat {

    JsonLines(CorpusConfig corpus) {
        this(corpus.textField(), CorpusFormats.encoding(corpus));
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
        return new Texts(textField, JsonRecords.open(new InputText(store, split, encoding)));
    }

    /** The texts of one split's objects. */
    private static final class Texts implements Documents {
        private final String textField;
        private final JsonRecords records;
        private long replaced;

        Texts(String textField, JsonRecords records) {
            this.textField = textField;
            this.records = records;
        }

        @Override
        public byte[] next() throws IOException {
            ObjectNode object = records.next();
            return object == null ? null : textOf(object);
        }

        private byte[] textOf(ObjectNode object) throws IOException {
            JsonNode text = object.get(textField);
            if (text == null || !text.isTextual()) {
                List<String> keys = new ArrayList<>();
                object.fieldNames().forEachRemaining(keys::add);
                throw WeftException.invalidData(
                        "no text field \"" + textField + "\": " + records.where()
                                + (text == null ? " keys=" + keys : " is no string but " + text.getNodeType()),
                        text == null
                                ? "name the key of the text with corpus.text_field"
                                : "each object must have a string there: mend or remove it, or name another key with"
                                        + " corpus.text_field");
            }
            replaced += UnpairedSurrogates.count(text.textValue());
            return UnpairedSurrogates.replaced(text.textValue()).getBytes(StandardCharsets.UTF_8);
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
