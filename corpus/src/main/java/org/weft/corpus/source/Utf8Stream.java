package org.weft.corpus.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Text of some encoding as UTF-8. Bytes that the encoding does not know are a {@code CharacterCodingException}. */
final class Utf8Stream extends InputStream {
    private final Reader reader;
    private final char[] chars = new char[1 << 13];
    private int held; // chars[0], where the first half of a pair waits for the other
    private byte[] encoded = {};
    private int at;

    Utf8Stream(InputStream in, Charset charset) {
        this.reader = new InputStreamReader(
                in,
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    @Override
    public int read() throws IOException {
        return fill() ? encoded[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, encoded.length - at);
        System.arraycopy(encoded, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        while (at == encoded.length) {
            int count = reader.read(chars, held, chars.length - held);
            if (count < 0) {
                return false;
            }
            int end = held + count;
            held = Character.isHighSurrogate(chars[end - 1]) ? 1 : 0;
            encoded = new String(chars, 0, end - held).getBytes(StandardCharsets.UTF_8);
            at = 0;
            if (held > 0) {
                chars[0] = chars[end - 1];
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
