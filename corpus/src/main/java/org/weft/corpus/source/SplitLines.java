package org.weft.corpus.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines from which a split's documents are made: opens the file where the split starts, drops the line that began
 * before it and a byte order mark, and knows how to name a line in an error. Owned by one thread.
 */
final class SplitLines implements AutoCloseable {
    private static final int BOM_BYTES = 3;

    private final InputText text;
    private final InputSplit split;
    private final LineReader reader;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(1 << 13);
    private boolean atFirst = true;
    private boolean failed; // nothing more can be read
    private boolean returnEnds;
    private long linesBefore = -1; // the split; counted when an error or a row's place wants them

    private SplitLines(InputText text, LineReader reader) {
        this.text = text;
        this.split = text.split();
        this.reader = reader;
    }

    static SplitLines open(InputText text, int maxLineBytes) throws IOException {
        long from = Math.max(0, text.split().start() - 1);
        return new SplitLines(text, new LineReader(text.open(from), from, maxLineBytes));
    }

    /** The same lines, which a bare CR ends, too. */
    SplitLines endingAtReturns() {
        returnEnds = true;
        reader.endAtReturns();
        return this;
    }

    /** Goes to the next line that begins in the split or after it; false at the end of the file. */
    boolean next() throws IOException {
        try {
            if (atFirst && split.start() > 0) {
                do {
                    if (!reader.next()) {
                        return false;
                    }
                } while (!reader.whole());
            }
            atFirst = false;
            return reader.next();
        } catch (IOException failure) {
            failed = true;
            throw text.failed(failure, reader.lineNumber());
        }
    }

    /** Whether the stream ended in an error, such as that of a damaged .gz: what follows is lost. */
    boolean failed() {
        return failed;
    }

    /** The line's bytes, checked to be UTF-8. */
    byte[] bytes() throws IOException {
        byte[] line = reader.line();
        if (reader.lineStart() == 0 && startsWithMark(line)) {
            line = Arrays.copyOfRange(line, BOM_BYTES, line.length);
        }
        requireUtf8(line);
        return line;
    }

    LineReader at() {
        return reader;
    }

    /** Whether the line begins after the split. */
    boolean beyond() {
        return reader.lineStart() >= split.end();
    }

    /** Names the line that is being read. */
    String where() throws IOException {
        return "file=" + split.path() + " line=" + lineNumber();
    }

    /** The number of the line in its file. Only now are those before the split counted, once. */
    long lineNumber() throws IOException {
        if (linesBefore < 0) {
            linesBefore = split.start() > 1 ? countBefore(split.start() - 1) : 0;
        }
        return linesBefore + reader.lineNumber();
    }

    /** Of the lines that end in the file's first bytes. */
    private long countBefore(long bytes) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long found = 0;
        long left = bytes;
        boolean afterReturn = false;
        int count;
        try (InputStream in = text.open(0)) {
            while (left > 0 && (count = in.read(buffer, 0, (int) Math.min(left, buffer.length))) > 0) {
                for (int i = 0; i < count; i++) {
                    boolean feedOfReturn = returnEnds && afterReturn && buffer[i] == '\n';
                    afterReturn = buffer[i] == '\r';
                    found += (buffer[i] == '\n' && !feedOfReturn) || (returnEnds && afterReturn) ? 1 : 0;
                }
                left -= count;
            }
            if (returnEnds && afterReturn && in.read() == '\n') {
                found--; // The reader begins at this feed, and counts the line.
            }
        }
        return found;
    }

    private void requireUtf8(byte[] line) throws IOException {
        int bad = Utf8.firstBad(line, decoder, decoded);
        if (bad >= 0) {
            throw text.encoding().notUtf8(where() + " byte=" + (reader.lineStart() + bad));
        }
    }

    private static boolean startsWithMark(byte[] line) {
        return line.length >= BOM_BYTES && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
