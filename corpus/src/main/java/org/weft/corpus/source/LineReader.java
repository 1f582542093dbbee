package org.weft.corpus.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Lines of a stream as bytes, without what ends them, with the position where each starts. LF and CR LF end a line, where
 * the file's form says so a bare CR too. Memory is bounded: a line longer than {@code maxLineBytes} comes in pieces that
 * end between UTF-8 characters. Owned by one thread.
 */
final class LineReader implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final int maxLineBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;

    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long position; // of the byte at buffer[at], in the file
    private byte[] line = new byte[0];
    private long lineStart;
    private long lineNumber;
    private boolean whole = true;
    private boolean continued;
    private boolean returnEnds; // a bare CR ends lines
    private boolean afterReturn; // an LF that comes next belongs to the line before
    private String ending = "";

    /**
     * @param position of the stream's first byte in the file
     */
    LineReader(InputStream in, long position, int maxLineBytes) {
        this.in = in;
        this.position = position;
        this.maxLineBytes = maxLineBytes;
    }

    /** From here on a bare CR ends a line, too. */
    void endAtReturns() {
        returnEnds = true;
    }

    /** Goes to the next line, or the next piece of a long one; false at the end. */
    boolean next() throws IOException {
        skipFeed();
        continued = !whole;
        lineStart = position - pending.size();
        while (at < limit || fill()) {
            int end = at;
            int most = (int) Math.min(limit, (long) at + maxLineBytes - pending.size());
            while (end < most && !endsLine(buffer[end])) {
                end++;
            }
            take(end);
            if (at < limit && endsLine(buffer[at])) {
                afterReturn = buffer[at] == '\r';
                at++;
                position++;
                ending = afterReturn ? "\r" : "\n";
                finish(true);
                return true;
            }
            if (pending.size() >= maxLineBytes) {
                ending = "";
                finish(false);
                return true;
            }
        }
        ending = "";
        if (pending.size() > 0) {
            finish(true);
            return true;
        }
        return false;
    }

    private boolean endsLine(byte b) {
        return b == '\n' || (returnEnds && b == '\r');
    }

    private void skipFeed() throws IOException {
        if (afterReturn && (at < limit || fill()) && buffer[at] == '\n') {
            at++;
            position++;
        }
        afterReturn = false;
    }

    private void take(int end) {
        pending.write(buffer, at, end - at);
        position += end - at;
        at = end;
    }

    private void finish(boolean lineEnds) {
        byte[] bytes = pending.toByteArray();
        pending.reset();
        int length = bytes.length;
        if (!lineEnds) {
            length = characterBoundary(bytes);
            pending.write(bytes, length, bytes.length - length);
        } else if (length > 0 && bytes[length - 1] == '\r') {
            length--;
            ending = "\r" + ending;
        }
        line = length == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, length);
        lineNumber += continued ? 0 : 1;
        whole = lineEnds;
    }

    /** The last position of the final four bytes where a character begins; the end where there is none. */
    private static int characterBoundary(byte[] bytes) {
        for (int i = bytes.length - 1; i >= Math.max(1, bytes.length - 4); i--) {
            if ((bytes[i] & 0xC0) != 0x80) {
                return i;
            }
        }
        return bytes.length;
    }

    private boolean fill() throws IOException {
        at = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    /** The line's bytes; the caller may keep them. */
    byte[] line() {
        return line;
    }

    /** What ended the line: LF, CR LF, CR, or nothing. */
    String ending() {
        return ending;
    }

    /** Position in the file of the line's first byte. */
    long lineStart() {
        return lineStart;
    }

    /** 1 for the first line of this stream. */
    long lineNumber() {
        return lineNumber;
    }

    /** Whether the line ends here, at an LF or the end of the file. */
    boolean whole() {
        return whole;
    }

    /** Whether this is not the first piece of its line. */
    boolean continued() {
        return continued;
    }

    /** Whether the line holds nothing but white space. */
    boolean blank() {
        return !continued && whole && isBlank(line);
    }

    static boolean isBlank(byte[] text) {
        for (byte b : text) {
            if (b < 0 || b > ' ') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
