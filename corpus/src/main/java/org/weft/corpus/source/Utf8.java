package org.weft.corpus.source;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Whether bytes are UTF-8, without making a text of them. */
final class Utf8 {
    private static final int CHARACTERS = 1 << 13;

    private Utf8() {}

    static boolean isValid(byte[] text) {
        return firstBad(text, StandardCharsets.UTF_8.newDecoder(), CharBuffer.allocate(CHARACTERS)) < 0;
    }

    /**
     * Where the first bytes begin that are no character; -1 where there are none.
     *
     * @param decoder of UTF-8 that reports what is malformed
     * @param scratch room for some characters
     */
    static int firstBad(byte[] text, CharsetDecoder decoder, CharBuffer scratch) {
        int ascii = 0;
        while (ascii < text.length && text[ascii] >= 0) {
            ascii++;
        }
        if (ascii == text.length) {
            return -1;
        }
        decoder.reset();
        ByteBuffer bytes = ByteBuffer.wrap(text, ascii, text.length - ascii);
        CoderResult result;
        do {
            result = decoder.decode(bytes, scratch.clear(), true);
        } while (result.isOverflow());
        return result.isError() ? bytes.position() : -1;
    }
}
