package org.weft.corpus.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.weft.core.JsonFault;
import org.weft.core.WeftException;

/** The elements of the array that a file is, one after the other: the file is never in memory as a whole. */
final class JsonArray extends JsonRecords {
    private static final ObjectReader ELEMENTS =
            JSON.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final InputText text;
    private final Elements bytes; // null with the parser
    private final JsonParser parser; // null in every split but the first
    private long element;
    private int line = 1;
    private boolean ended;
    private boolean failed;

    JsonArray(InputText text) throws IOException {
        this.text = text;
        this.ended = text.split().start() > 0;
        this.bytes = ended ? null : new Elements(text.open(0));
        this.parser = ended ? null : JSON.createParser(bytes);
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
            bytes.element();
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
        } catch (TooLong much) {
            failed = true;
            throw WeftException.invalidData(
                    "JSON element too long: " + where() + " bytes=more than " + MAX_RECORD_BYTES,
                    "an element of a file's array is one record; write one object a line: jq -c '.[].data[]' FILE");
        } catch (IOException failure) {
            failed = true;
            throw text.failed(failure, line);
        }
    }

    /** There is more of an element than a record may have. */
    private static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** The file's bytes, of which one element may have no more than a record. */
    private static final class Elements extends FilterInputStream {
        private long left = MAX_RECORD_BYTES;

        Elements(InputStream in) {
            super(in);
        }

        /** Another element begins, in what was read before or after. */
        void element() {
            left = MAX_RECORD_BYTES;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (left < 0) {
                throw new TooLong();
            }
            int read = in.read(into, offset, count);
            left -= read;
            return read;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
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
