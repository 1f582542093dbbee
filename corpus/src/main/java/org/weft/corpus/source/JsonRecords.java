package org.weft.corpus.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.weft.core.JsonFault;
import org.weft.core.WeftException;

/**
 * The JSON objects of a split: a line each, or the elements of the one array that the file is. LF, CR LF and CR end a
 * line, which belongs to the split that holds its first byte; an array belongs to the first split whole. This is the one
 * reader of JSON that people wrote, of documents and of labelled rows alike. Owned by one thread.
 */
abstract class JsonRecords implements AutoCloseable {
    static final int MAX_RECORD_BYTES = 32 << 20;

    /** What a file may begin with before its first bracket. */
    private static final int BLANK_BYTES = 1 << 12;

    /** Python writes NaN; decimals are kept as they are written; of a key that stands twice no value is the one meant. */
    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_RECORD_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();

    static JsonRecords open(InputText text) throws IOException {
        if (text.first(BLANK_BYTES) == '[') {
            return new JsonArray(text);
        }
        return new JsonObjects(SplitLines.open(text, MAX_RECORD_BYTES).endingAtReturns());
    }

    /** The next object; null at the end. */
    final ObjectNode next() throws IOException {
        JsonNode found = read();
        if (found == null) {
            return null;
        }
        if (!found.isObject()) {
            throw WeftException.invalidData(
                    "not a JSON object: " + where() + " actual=" + found.getNodeType(),
                    "each line, or element of a file's one array, must be an object such as {\"text\": \"...\"}");
        }
        return (ObjectNode) found;
    }

    /** The next value; null at the end. */
    abstract JsonNode read() throws IOException;

    /** The bytes that the last object was read from; null where it has none of its own. */
    abstract byte[] source();

    /** Names the file and the place in it of the last object. */
    abstract String where() throws IOException;

    /** Whether there may be another object after one that was bad. */
    abstract boolean goesOn();

    static WeftException broken(String where, JsonProcessingException fault) {
        return WeftException.invalidData(
                "broken JSON: " + where + ": " + JsonFault.inLine(fault),
                JsonFault.endsTooSoon(fault)
                        ? "each line must be one JSON object, or the whole file one array of them: jq -c . FILE writes"
                                + " objects that go on over several lines as a line each, jq -c '.data[]' FILE those in a"
                                + " key; else mend or remove the line"
                        : "each line must be one JSON object; mend or remove the line");
    }

    @Override
    public abstract void close() throws IOException;
}
