package org.weft.corpus.clean;

import java.nio.charset.Charset;
import java.util.Arrays;

/**
 * UTF-8 that was read as windows-1252 or ISO 8859-1: {@code Ã©} for é, {@code â€™} for ’. A character of two bytes and
 * more has a form that hardly any text has by itself: a letter such as Ã, then one to three characters that stand for bytes
 * of 0x80 to 0xBF. What real text does have is left alone: an accented letter at the end of a word before quotation marks,
 * dashes and spaces (é, a space that does not break, »).
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
        int read = read(text, i);
        if (read < 0) {
            return -1;
        }
        int length = length(read);
        boolean likely = length == 2
                ? isLikely(text, i)
                : !isEndOfWord(text, i, length) && (isOfPunctuation(text.charAt(i)) || hasNeighbour(text, i, length));
        return likely ? read : -1;
    }

    /** The character whose bytes stand there, one a character; -1 where they are none's. */
    private static int read(CharSequence text, int i) {
        int first = text.charAt(i);
        int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first > 0xF4 || first < 0xC2 || i + more >= text.length()) {
            return -1;
        }
        int read = first & (more == 3 ? 0x07 : more == 2 ? 0x0F : 0x1F);
        for (int k = 1; k <= more; k++) {
            int b = BYTE_OF[text.charAt(i + k)];
            if (!isContinuation(b)) {
                return -1;
            }
            read = read << 6 | b & 0x3F;
        }
        return Character.isValidCodePoint(read) && length(read) == more + 1 && !isSurrogate(read) ? read : -1;
    }

    /** Quotation marks, dashes, symbols and signs of full width (â, ï), emoji (ð): they stand alone in any text. */
    private static boolean isOfPunctuation(char first) {
        return first == 0xE2 || first == 0xEF || first == 0xF0;
    }

    /** Whether a longer character stands misread right before or behind: letters of other scripts do not come alone. */
    private static boolean hasNeighbour(CharSequence text, int i, int length) {
        int after = i + length;
        if (after < text.length() && text.charAt(after) >= 0xE0 && read(text, after) >= 0) {
            return true;
        }
        for (int before = 3; before <= 4 && before <= i; before++) {
            int read = text.charAt(i - before) < 0xE0 ? -1 : read(text, i - before);
            if (read >= 0 && length(read) == before) {
                return true;
            }
        }
        return false;
    }

    /** Whether a letter ends a word, and what follows it are the marks and spaces that follow a word. */
    private static boolean isEndOfWord(CharSequence text, int i, int length) {
        for (int k = 1; k < length; k++) {
            if (!isMark(text.charAt(i + k))) {
                return false;
            }
        }
        char before = i == 0 ? ' ' : text.charAt(i - 1);
        return Character.isLetter(before) && !isContinuation(BYTE_OF[before]);
    }

    private static boolean isMark(char c) {
        return c == 0xA0 || c == 0xAB || c == 0xBB || c >= 0x2013 && c <= 0x203A;
    }

    private static boolean isContinuation(int b) {
        return b >= 0x80 && b <= 0xBF;
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
