package org.weft.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;

/**
 * A JSON object a line, of which one field is the document. A line belongs to the split that holds its first byte.
 *
 * @param textField the key of the text
 */
record JsonLines(String textField) implements CorpusFormat {
    static final int MAX_LINE_BYTES = 32 << 20;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_LINE_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    JsonLines(CorpusConfig corpus) {
        this(corpus.textField());
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
        return true;
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        return new Texts(textField, SplitLines.open(store, split, MAX_LINE_BYTES));
    }

    /** The texts of one split's lines. */
    private record Texts(String textField, SplitLines lines) implements Documents {

        @Override
        public byte[] next() throws IOException {
            while (lines.next() && !lines.beyond()) {
                if (!lines.at().whole()) {
                    throw WeftException.invalidData(
                            "JSON line too long: " + lines.where() + " bytes=more than " + MAX_LINE_BYTES,
                            "one line holds one JSON object; split the document, or use corpus.format=text");
                }
                byte[] line = lines.text();
                if (!LineReader.isBlank(line)) {
                    return textOf(line);
                }
            }
            return null;
        }

        private byte[] textOf(byte[] line) throws IOException {
            JsonNode object;
            try {
                object = JSON.readTree(line);
            } catch (JsonProcessingException broken) {
                throw WeftException.invalidData(
                        "broken JSON: " + lines.where() + ": " + broken.getOriginalMessage(),
                        "each line must be one JSON object; mend or remove the line");
            }
            if (!object.isObject()) {
                throw WeftException.invalidData(
                        "not a JSON object: " + lines.where() + " actual=" + object.getNodeType(),
                        "each line must be an object such as {\"" + textField + "\": \"...\"}");
            }
            JsonNode text = object.get(textField);
            if (text == null || !text.isTextual()) {
                List<String> keys = new ArrayList<>();
                object.fieldNames().forEachRemaining(keys::add);
                throw WeftException.invalidData(
                        "no text field \"" + textField + "\": " + lines.where()
                                + (text == null ? " keys=" + keys : " is no string but " + text.getNodeType()),
                        "name the key of the text with corpus.text_field");
            }
            return text.textValue().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
