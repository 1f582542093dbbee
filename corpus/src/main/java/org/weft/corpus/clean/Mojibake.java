package org.weft.corpus.clean;

import java.nio.charset.Charset;
import java.util.Arrays;

/**
 * UTF-8 that was read as windows-1252 or ISO 8859-1: {@code Ã©} for é, {@code â€™} for ’. A character of two bytes and
 * more has a form that hardly any text has by itself: a letter such as Ã, then one to three characters that stand for bytes
 * of 0x80 to 0xBF. What real text does have is left alone: an accented capital before a closing quotation mark.
 */
final class Mojibake {
    private static final int BYTES = 256;

    /** Of a character the byte that windows-1252, or else ISO 8859-1, writes it with; -1 where neither does. */
    private static final short[] BYTE_OF = new short[1 << 16];

    static {
        Arrays.fill(BYTE_OF, (short) -1);
        byte[] all = new byte[BYTES];
        for (int b = 0; b < BYTES; b++) {
            BYTE_OF[b] = (short) b;
            all[b] = (byte) b;
        }
        String windows = new String(all, Charset.forName("windows-1252"));
        for (int b = 0x80; b < 0xA0; b++) {
            if (windows.charAt(b) != 0xFFFD) {
                BYTE_OF[windows.charAt(b)] = (short) b;
            }
        }
    }

    private Mojibake() {}

    /** Whether a character may be the first byte of a longer one. */
    static boolean begins(char c) {
        return c >= 0xC2 && c <= 0xF4;
    }

    /** The character that stands there misread; -1 where none does. */
    static int at(CharSequence text, int i) {
        int first = text.charAt(i);
        int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (i + more >= text.length()) {
            return -1;
        }
        int read = first & (more == 3 ? 0x07 : more == 2 ? 0x0F : 0x1F);
        for (int k = 1; k <= more; k++) {
            int b = BYTE_OF[text.charAt(i + k)];
            if (b < 0x80 || b > 0xBF) {
                return -1;
            }
            read = read << 6 | b & 0x3F;
        }
        if (more == 1 && !isLikely(text, i)) {
            return -1;
        }
        return Character.isValidCodePoint(read) && length(read) == more + 1 && !isSurrogate(read) ? read : -1;
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** Bytes of a character in UTF-8: characters that it takes where it is misread. */
    static int length(int codePoint) {
        return codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Of two characters only those that stand for a letter of Western Europe, and are no capital before a quotation mark. */
    private static boolean isLikely(CharSequence text, int i) {
        char first = text.charAt(i);
        char second = text.charAt(i + 1);
        if (first != 0xC2 && first != 0xC3) {
            return first >= 0xC4 && second < 0xA0; // a control, which no text has
        }
        boolean quotes = second >= 0x2018 && second <= 0x203A || second == 0xBB || second == 0xAB;
        return !quotes || i == 0 || !Character.isUpperCase(text.charAt(i - 1));
    }
}
