package org.weft.corpus;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * The lines from which a split's documents are made: opens the file where the split starts, drops the line that began
 * before it and a byte order mark, and knows how to name a line in an error. Owned by one thread.
 */
final class SplitLines implements AutoCloseable {
    private static final int BOM_BYTES = 3;

    private final Store store;
    private final InputSplit split;
    private final LineReader reader;
    private final boolean compressed;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(1 << 13);
    private boolean atFirst = true;

    private SplitLines(Store store, InputSplit split, LineReader reader, boolean compressed) {
        this.store = store;
        this.split = split;
        this.reader = reader;
        this.compressed = compressed;
    }

    static SplitLines open(Store store, InputSplit split, int maxLineBytes) throws IOException {
        boolean compressed = store.compressed(split.path());
        InputStream in = compressed ? store.openDecompressed(split.path()) : store.open(split.path());
        long from = Math.max(0, split.start() - 1);
        try {
            in.skipNBytes(from);
        } catch (EOFException shorter) {
            in.close();
            throw WeftException.invalidData(
                    "input changed while it was read: file=" + split.path() + " is now shorter than " + from + " bytes",
                    "run prepare again when nobody writes to the file");
        }
        return new SplitLines(store, split, new LineReader(in, from, maxLineBytes), compressed);
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
            if (!compressed) {
                throw failure;
            }
            throw WeftException.invalidData(
                    "cannot unpack: file=" + split.path() + " after line " + reader.lineNumber() + ": "
                            + failure.getMessage(),
                    "the compressed file is damaged or cut short: test it with gzip -t");
        }
    }

    /** The line's bytes, checked to be UTF-8. */
    byte[] text() throws IOException {
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

    /** Names the line that is being read. Only now are the lines before the split counted. */
    String where() throws IOException {
        long before = 0;
        if (split.start() > 1) {
            try (InputStream in = store.open(split.path())) {
                before = newlines(in, split.start() - 1);
            }
        }
        return "file=" + split.path() + " line=" + (before + reader.lineNumber());
    }

    private static long newlines(InputStream in, long bytes) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long found = 0;
        long left = bytes;
        int count;
        while (left > 0 && (count = in.read(buffer, 0, (int) Math.min(left, buffer.length))) > 0) {
            for (int i = 0; i < count; i++) {
                found += buffer[i] == '\n' ? 1 : 0;
            }
            left -= count;
        }
        return found;
    }

    private void requireUtf8(byte[] line) throws IOException {
        decoder.reset();
        ByteBuffer bytes = ByteBuffer.wrap(line);
        CoderResult result;
        do {
            result = decoder.decode(bytes, decoded.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw WeftException.invalidData(
                    "input is not UTF-8: " + where() + " byte=" + (reader.lineStart() + bytes.position()),
                    "convert it first, for example: iconv -f ISO-8859-1 -t UTF-8 FILE");
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
