package org.weft.corpus.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.weft.core.Sha256;
import org.weft.core.Upcoming;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * The documents of one split as UTF-8 bytes, streamed. Each document of a file belongs to exactly one of its splits,
 * which can tell without reading another one's bytes; how, its {@link CorpusFormat} says.
 *
 * <p>Line ends become LF; documents of white space alone are dropped; a text longer than {@value #MAX_DOCUMENT_BYTES}
 * bytes becomes several documents, so that no task ever holds more of one. Owned by one thread.
 */
public final class DocumentReader extends Upcoming<byte[]> implements AutoCloseable {
    public static final int MAX_DOCUMENT_BYTES = 4 << 20;

    private final InputSplit split;
    private final SplitFormat.Documents documents; // null where the split could not even be opened
    private final BadRecord.Handler handler;
    private byte[] rest; // of a long text
    private byte[] whole; // the SHA-256 of a long text with an id, of which the last document is a piece

    private DocumentReader(InputSplit split, SplitFormat.Documents documents, BadRecord.Handler handler) {
        this.split = split;
        this.documents = documents;
        this.handler = handler;
    }

    /** Opens the split's file; the caller closes the reader, which closes itself at the end of the split. */
    public static DocumentReader open(Store store, InputSplit split) throws IOException {
        return open(store, split, BadRecord.REFUSED);
    }

    /**
     * The same, with a say in what becomes of bad records.
     *
     * @param handler told of each, between the documents before and after it
     */
    public static DocumentReader open(Store store, InputSplit split, BadRecord.Handler handler) throws IOException {
        try {
            return new DocumentReader(split, split.format().open(store, split), handler);
        } catch (WeftException unreadable) {
            handler.bad(BadRecord.of(split, null, unreadable), unreadable);
            return new DocumentReader(split, null, handler);
        }
    }

    @Override
    protected byte[] find() {
        try {
            byte[] text = documents == null ? null : read();
            while (text != null && isBlank(text)) {
                text = read();
            }
            if (text == null) {
                close();
            }
            return text;
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + split.path(), failure);
        }
    }

    /** What the configuration calls the id of the last document; null where it names nothing. */
    public String id() {
        return documents == null ? null : documents.id();
    }

    /** Where the last document is a piece of a longer text that has an id, the SHA-256 of that text; else null. */
    public byte[] whole() {
        return whole;
    }

    /** Unpaired surrogates that became U+FFFD so far. */
    public long replaced() {
        return documents == null ? 0 : documents.replaced();
    }

    /** Whether a text holds nothing but white space. */
    public static boolean isBlank(byte[] text) {
        return LineReader.isBlank(text);
    }

    /** The next document, of a long text as much as it may have, the rest after it; or null at the end of the split. */
    private byte[] read() throws IOException {
        boolean begins = rest == null;
        byte[] text = begins ? record() : rest;
        rest = null;
        if (begins) {
            whole = text != null && id() != null && text.length > MAX_DOCUMENT_BYTES ? Sha256.of(text) : null;
        }
        if (text == null || text.length <= MAX_DOCUMENT_BYTES) {
            return text;
        }
        int end = end(text, 0);
        rest = Arrays.copyOfRange(text, end, text.length);
        return Arrays.copyOf(text, end);
    }

    /** Where a document ends that has as much of a longer text as it may, from some byte on. */
    public static int end(byte[] text, int start) {
        int end = start + MAX_DOCUMENT_BYTES;
        while ((text[end] & 0xC0) == 0x80) {
            end--; // not within a character
        }
        return end;
    }

    private byte[] record() throws IOException {
        while (true) {
            try {
                return documents.next();
            } catch (WeftException bad) {
                handler.bad(BadRecord.of(split, documents, bad), bad);
                if (!documents.goesOn()) {
                    return null;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (documents != null) {
            documents.close();
        }
    }
}
