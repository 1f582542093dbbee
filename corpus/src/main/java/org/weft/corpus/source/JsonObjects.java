package org.weft.corpus.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import org.weft.core.WeftException;

/** A JSON object a line. */
final class JsonObjects extends JsonRecords {
    private static final int SAMPLE_BYTES = 1 << 10;

    private final SplitLines lines;
    private byte[] line;

    JsonObjects(SplitLines lines) {
        this.lines = lines;
    }

    @Override
    JsonNode read() throws IOException {
        line = null;
        while (lines.next() && (lines.at().continued() || !lines.beyond())) {
            if (lines.at().continued()) {
                continue; // of a line that was refused
            }
            if (!lines.at().whole()) {
                line = Arrays.copyOf(lines.at().line(), SAMPLE_BYTES);
                throw WeftException.invalidData(
                        "JSON line too long: " + where() + " bytes=more than " + MAX_RECORD_BYTES,
                        "one line holds one JSON object; split the document, or use corpus.format=text");
            }
            line = lines.at().line(); // shown where it is no text
            line = lines.bytes();
            if (!LineReader.isBlank(line)) {
                return parsed();
            }
        }
        return null;
    }

    private JsonNode parsed() throws IOException {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException fault) {
            throw broken(where(), fault);
        }
    }

    @Override
    byte[] source() {
        return line;
    }

    @Override
    boolean goesOn() {
        return !lines.failed();
    }

    @Override
    String where() throws IOException {
        return lines.where();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
