package org.weft.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.weft.core.storage.Store;

/**
 * The documents of one split as UTF-8 bytes, streamed. Each document of a file belongs to exactly one of its splits,
 * which can tell without reading another one's bytes; how, its {@link CorpusFormat} says.
 *
 * <p>Line ends become LF; documents of white space alone are dropped; a text longer than {@value #MAX_DOCUMENT_BYTES}
 * bytes becomes several documents, so that no task ever holds more of one. Owned by one thread.
 */
public final class DocumentReader implements Iterator<byte[]>, AutoCloseable {
    static final int MAX_DOCUMENT_BYTES = 4 << 20;

    private final InputSplit split;
    private final SplitFormat.Documents documents;
    private byte[] rest; // of a long text
    private byte[] next;
    private boolean ended;

    private DocumentReader(InputSplit split, SplitFormat.Documents documents) {
        this.split = split;
        this.documents = documents;
    }

    /** Opens the split's file; the caller closes the reader, which closes itself at the end of the split. */
    public static DocumentReader open(Store store, InputSplit split) throws IOException {
        return new DocumentReader(split, split.format().open(store, split));
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

    /** Unpaired surrogates that became U+FFFD so far. */
    public long replaced() {
        return documents.replaced();
    }

    /** The next document, of a long text as much as it may have, the rest after it; or null at the end of the split. */
    private byte[] read() throws IOException {
        byte[] text = rest != null ? rest : documents.next();
        rest = null;
        if (text == null || text.length <= MAX_DOCUMENT_BYTES) {
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
        documents.close();
    }
}
