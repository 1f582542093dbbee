package org.weft.corpus.dedup;

import java.lang.Character.UnicodeScript;

/** What a character is to the comparison of texts, in tables for the first plane: made once, a few milliseconds. */
final class CodePoints {
    /** Neither of the others. */
    static final int SEPARATOR = 0;

    /** Goes with its neighbours. */
    static final int WORD = 1;

    /** Stands for itself: its script puts no space between words. */
    static final int SINGLE = 2;

    /** ASCII letters and digits in lower case, 0 for all others. */
    static final char[] ASCII_FOLDED = new char[128];

    /** Kana's mark of a long vowel, of no script by Unicode. */
    private static final int LONG_VOWEL = 0x30FC;

    private static final int PLANE = 1 << 16;
    private static final byte[] KINDS = new byte[PLANE];
    private static final char[] FOLDED = new char[PLANE];

    static {
        for (int c = 0; c < PLANE; c++) {
            KINDS[c] = (byte) kindOf(c);
            FOLDED[c] = (char) fold(c);
            if (c < ASCII_FOLDED.length && KINDS[c] == WORD) {
                ASCII_FOLDED[c] = FOLDED[c];
            }
        }
    }

    private CodePoints() {}

    static int kind(int codePoint) {
        return codePoint < PLANE ? KINDS[codePoint] : kindOf(codePoint);
    }

    static int folded(int codePoint) {
        return codePoint < PLANE ? FOLDED[codePoint] : fold(codePoint);
    }

    /** As {@code String.equalsIgnoreCase} compares: no locale, and both small sigmas are one. */
    private static int fold(int codePoint) {
        int folded = Character.toLowerCase(Character.toUpperCase(codePoint));
        return codePoint < PLANE && folded >= PLANE ? codePoint : folded;
    }

    private static int kindOf(int codePoint) {
        if (codePoint > Character.MAX_CODE_POINT || !inWords(codePoint)) {
            return SEPARATOR;
        }
        if (codePoint == LONG_VOWEL) {
            return SINGLE;
        }
        return switch (UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA, BOPOMOFO, YI, THAI, LAO, KHMER, MYANMAR -> SINGLE;
            default -> WORD;
        };
    }

    private static boolean inWords(int codePoint) {
        return Character.isLetterOrDigit(codePoint)
                || switch (Character.getType(codePoint)) {
                    case Character.NON_SPACING_MARK,
                            Character.COMBINING_SPACING_MARK,
                            Character.ENCLOSING_MARK,
                            Character.LETTER_NUMBER,
                            Character.OTHER_NUMBER -> true;
                    default -> false;
                };
    }
}
