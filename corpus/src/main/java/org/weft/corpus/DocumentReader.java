package org.weft.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.corpus.InputSplit.Unit;

/**
 * The documents of one split as UTF-8 bytes, streamed. Each document of a file belongs to exactly one of its splits,
 * which can tell without reading another one's bytes: a line belongs to the split that holds its first byte, a
 * paragraph to the one that holds the first byte of the blank line before it.
 *
 * <p>Line ends become LF; documents of white space alone are dropped; a text longer than {@value #MAX_DOCUMENT_BYTES}
 * bytes becomes several documents, so that no task ever holds more of one. Owned by one thread.
 */
public final class DocumentReader implements Iterator<byte[]>, AutoCloseable {
    static final int MAX_DOCUMENT_BYTES = 4 << 20;
    static final int MAX_JSON_LINE_BYTES = 32 << 20;

    private static final long NONE = Long.MAX_VALUE;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_JSON_LINE_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final InputSplit split;
    private final SplitLines lines;
    private final ByteArrayOutputStream building = new ByteArrayOutputStream();
    private long separator; // where the blank line before the next paragraph begins
    private boolean held; // the line at hand belongs to the next document
    private byte[] rest; // of a long JSON text
    private byte[] next;
    private boolean ended;

    private DocumentReader(InputSplit split, SplitLines lines) {
        this.split = split;
        this.lines = lines;
        this.separator = split.start() == 0 ? 0 : NONE;
    }

    /** Opens the split's file; the caller closes the reader, which closes itself at the end of the split. */
    public static DocumentReader open(Store store, InputSplit split) throws IOException {
        int maxLineBytes = split.unit() == Unit.JSON ? MAX_JSON_LINE_BYTES : MAX_DOCUMENT_BYTES;
        return new DocumentReader(split, SplitLines.open(store, split, maxLineBytes));
    }

    @Override
    public boolean hasNext() {
        while (next == null && !ended) {
            try {
                next = read();
                if (next == null) {
                    ended = true;
                    close();
                } else if (LineReader.isBlank(next)) {
                    next = null;
                }
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot read " + split.path(), failure);
            }
        }
        return next != null;
    }

    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        byte[] found = next;
        next = null;
        return found;
    }

    /** The next document, or null at the end of the split. */
    private byte[] read() throws IOException {
        return switch (split.unit()) {
            case LINE -> readLine();
            case JSON -> readJson();
            case PARAGRAPH -> readParagraph();
            case DOCUMENT -> readWhole();
        };
    }

    private byte[] readLine() throws IOException {
        if (!lines.next() || (!lines.at().continued() && lines.beyond())) {
            return null;
        }
        return lines.text();
    }

    private byte[] readParagraph() throws IOException {
        while (nextLine()) {
            if (lines.at().blank()) {
                separator = lines.at().lineStart();
                if (building.size() > 0) {
                    return built();
                }
            } else if (separator == NONE) {
                if (lines.beyond()) {
                    return null; // no paragraph begins in this split
                }
            } else if (separator >= split.end()) {
                return null;
            } else if (append()) {
                return built();
            }
        }
        return building.size() > 0 ? built() : null;
    }

    private byte[] readWhole() throws IOException {
        while (nextLine()) {
            if (append()) {
                return built();
            }
        }
        return building.size() > 0 ? built() : null;
    }

    /** Adds the line to the document; true where it no longer fits and is held for the next one. */
    private boolean append() throws IOException {
        byte[] text = lines.text();
        int between = building.size() > 0 && !lines.at().continued() ? 1 : 0;
        held = building.size() > 0 && building.size() + between + text.length > MAX_DOCUMENT_BYTES;
        if (held) {
            return true;
        }
        if (between > 0) {
            building.write('\n');
        }
        building.writeBytes(text);
        return false;
    }

    private boolean nextLine() throws IOException {
        boolean again = held;
        held = false;
        return again || lines.next();
    }

    private byte[] built() {
        byte[] text = building.toByteArray();
        building.reset();
        return text;
    }

    private byte[] readJson() throws IOException {
        if (rest != null) {
            return cut(rest);
        }
        while (lines.next() && !lines.beyond()) {
            if (!lines.at().whole()) {
                throw WeftException.invalidData(
                        "JSON line too long: " + lines.where() + " bytes=more than " + MAX_JSON_LINE_BYTES,
                        "one line holds one JSON object; split the document, or use corpus.format=text");
            }
            byte[] line = lines.text();
            if (!LineReader.isBlank(line)) {
                return cut(textOf(line));
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
                    "each line must be an object such as {\"" + split.textField() + "\": \"...\"}");
        }
        JsonNode text = object.get(split.textField());
        if (text == null || !text.isTextual()) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            throw WeftException.invalidData(
                    "no text field \"" + split.textField() + "\": " + lines.where()
                            + (text == null ? " keys=" + keys : " is no string but " + text.getNodeType()),
                    "name the key of the text with corpus.text_field");
        }
        return text.textValue().getBytes(StandardCharsets.UTF_8);
    }

    /** The text, or of a long one as much as a document may have; the rest is kept for the next. */
    private byte[] cut(byte[] text) {
        if (text.length <= MAX_DOCUMENT_BYTES) {
            rest = null;
            return text;
        }
        int end = MAX_DOCUMENT_BYTES;
        while ((text[end] & 0xC0) == 0x80) {
            end--; // not within a character
        }
        rest = Arrays.copyOfRange(text, end, text.length);
        return Arrays.copyOf(text, end);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
