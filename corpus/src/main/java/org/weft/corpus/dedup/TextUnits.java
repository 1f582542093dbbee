package org.weft.corpus.dedup;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.weft.core.SplitMix64;

/**
 * The units that texts are compared by: words, which are runs of letters, digits and marks; in scripts that put no space
 * between words (Han, Kana, Thai, Lao, Khmer, Burmese) each character. A text of both is cut by both rules. Case is folded
 * without regard to any locale, composed and decomposed letters are the same (NFC), and everything else (spaces,
 * punctuation, symbols) only separates.
 *
 * <p>A cursor over UTF-8, one text after another, without an object a unit. Owned by one thread.
 */
final class TextUnits {
    private static final long WORD_SEED = 0xCBF29CE484222325L;
    private static final long MULTIPLIER = 0xD6E8FEB86659FD93L;

    /** The least first byte of a character that NFC may change: U+0300 begins with 0xCC. */
    private static final int FIRST_COMBINING = 0xCC;

    private byte[] text = new byte[0];
    private int at;
    private int start;
    private long hash;
    private int codePoint;
    private int bytes;

    /** Begins a text, UTF-8; what is malformed in it separates. */
    void begin(byte[] utf8) {
        text = composed(utf8);
        at = 0;
    }

    /** Goes to the next unit; false where there is none. */
    boolean next() {
        while (at < text.length) {
            int kind = decode();
            if (kind == CodePoints.WORD) {
                word();
                return true;
            }
            int from = at;
            at += bytes;
            if (kind == CodePoints.SINGLE) {
                start = from;
                hash = SplitMix64.mix(WORD_SEED + codePoint);
                return true;
            }
        }
        return false;
    }

    /** The unit's hash, 64 bits. */
    long hash() {
        return hash;
    }

    /** Appends the unit as it is compared, UTF-8; returns the new length. The buffer has 3 bytes for each of the text's. */
    int appendTo(byte[] buffer, int length) {
        int end = at;
        int used = length;
        for (at = start; at < end; at += bytes) {
            decode();
            used = encode(codePoint, buffer, used);
        }
        return used;
    }

    private void word() {
        start = at;
        long h = WORD_SEED;
        while (at < text.length && decode() == CodePoints.WORD) {
            h = (h ^ codePoint) * MULTIPLIER;
            at += bytes;
        }
        hash = SplitMix64.mix(h);
    }

    /** Reads the character at the cursor, folded; returns its kind. */
    private int decode() {
        int first = text[at];
        if (first >= 0) {
            bytes = 1;
            codePoint = CodePoints.ASCII_FOLDED[first];
            return codePoint == 0 ? CodePoints.SEPARATOR : CodePoints.WORD;
        }
        int length = first >= (byte) 0xF0 ? 4 : first >= (byte) 0xE0 ? 3 : 2;
        if (first < (byte) 0xC2 || first > (byte) 0xF4 || at + length > text.length) {
            bytes = 1;
            return CodePoints.SEPARATOR;
        }
        int value = first & (0x7F >> length);
        for (int i = 1; i < length; i++) {
            value = value << 6 | text[at + i] & 0x3F;
        }
        bytes = length;
        codePoint = CodePoints.folded(value);
        return CodePoints.kind(value);
    }

    private static int encode(int value, byte[] buffer, int length) {
        int used = length;
        if (value < 0x80) {
            buffer[used++] = (byte) value;
        } else if (value < 0x800) {
            buffer[used++] = (byte) (0xC0 | value >> 6);
            buffer[used++] = (byte) (0x80 | value & 0x3F);
        } else if (value < 0x10000) {
            buffer[used++] = (byte) (0xE0 | value >> 12);
            buffer[used++] = (byte) (0x80 | value >> 6 & 0x3F);
            buffer[used++] = (byte) (0x80 | value & 0x3F);
        } else {
            buffer[used++] = (byte) (0xF0 | value >> 18);
            buffer[used++] = (byte) (0x80 | value >> 12 & 0x3F);
            buffer[used++] = (byte) (0x80 | value >> 6 & 0x3F);
            buffer[used++] = (byte) (0x80 | value & 0x3F);
        }
        return used;
    }

    private static byte[] composed(byte[] utf8) {
        for (byte b : utf8) {
            if (b < 0 && (b & 0xFF) >= FIRST_COMBINING) {
                String text = new String(utf8, StandardCharsets.UTF_8);
                return Normalizer.isNormalized(text, Normalizer.Form.NFC)
                        ? utf8
                        : Normalizer.normalize(text, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
            }
        }
        return utf8;
    }

    /** How many units a text has. */
    static int count(byte[] utf8) {
        TextUnits units = new TextUnits();
        units.begin(utf8);
        int count = 0;
        while (units.next()) {
            count++;
        }
        return count;
    }

    /** The text as it is compared: its units, a space between two; empty where it has none. */
    static byte[] normalized(byte[] utf8) {
        TextUnits units = new TextUnits();
        units.begin(utf8);
        byte[] buffer = new byte[Math.multiplyExact(3, units.text.length + 1)];
        int length = 0;
        while (units.next()) {
            if (length > 0) {
                buffer[length++] = ' ';
            }
            length = units.appendTo(buffer, length);
        }
        return Arrays.copyOf(buffer, length);
    }
}
