package org.weft.corpus.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import org.weft.core.JsonFault;
import org.weft.core.WeftException;

/** The elements of the array that a file is, one after the other: the file is never in memory as a whole. */
final class JsonArray extends JsonRecords {
    private static final ObjectReader ELEMENTS =
            JSON.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final InputText text;
    private final JsonParser parser; // null in every split but the first
    private long element;
    private int line = 1;
    private boolean ended;
    private boolean failed;

    JsonArray(InputText text) throws IOException {
        this.text = text;
        this.ended = text.split().start() > 0;
        this.parser = ended ? null : JSON.createParser(text.open(0));
    }

    @Override
    JsonNode read() throws IOException {
        if (ended) {
            return null;
        }
        try {
            if (element == 0) {
                parser.nextToken(); // the bracket
            }
            element++;
            JsonToken token = parser.nextToken();
            line = parser.currentTokenLocation().getLineNr();
            if (token == JsonToken.END_ARRAY) {
                requireEnd();
                ended = true;
                return null;
            }
            return ELEMENTS.readTree(parser);
        } catch (JsonProcessingException fault) {
            failed = true;
            throw broken(fault);
        } catch (IOException failure) {
            failed = true;
            throw text.failed(failure, line);
        }
    }

    private void requireEnd() throws IOException {
        if (parser.nextToken() != null) {
            failed = true;
            throw WeftException.invalidData(
                    "broken JSON: file=" + text.split().path() + " line="
                            + parser.currentTokenLocation().getLineNr()
                            + ": something stands after the array with which the file begins",
                    "the file must be one array of objects, or one object a line");
        }
    }

    private WeftException broken(JsonProcessingException fault) {
        line = fault.getLocation() == null ? line : fault.getLocation().getLineNr();
        if (String.valueOf(fault.getOriginalMessage()).startsWith("Invalid UTF-8")) {
            return text.encoding().notUtf8(where());
        }
        return WeftException.invalidData(
                "broken JSON: " + where() + ": " + JsonFault.inLine(fault),
                "the file begins with [ and must be one whole array of objects; mend the element, or write one object a"
                        + " line: jq -c '.[]' FILE");
    }

    @Override
    byte[] source() {
        return null;
    }

    @Override
    boolean goesOn() {
        return !failed;
    }

    @Override
    String where() {
        return "file=" + text.split().path() + " line=" + line + " element=" + element;
    }

    @Override
    public void close() throws IOException {
        if (parser != null) {
            parser.close();
        }
    }
}
