package org.weft.corpus.clean;

/**
 * What a character is for the rules: one look into a table of 64 Ki bytes for each UTF-16 unit. Characters beyond the
 * basic plane are asked by their code point.
 */
final class CharacterClasses {
    static final byte SPACE = 0;
    static final byte NEWLINE = 1;

    /** Of a script that writes spaces between words, but not Latin. */
    static final byte LETTER = 2;

    static final byte LATIN = 3;

    /** Of a script that writes no spaces between words; each counts as a word. */
    static final byte UNSPACED = 4;

    static final byte DIGIT = 5;
    static final byte MARK = 6;
    static final byte SYMBOL = 7;
    static final byte SURROGATE = 8;

    private static final byte[] TABLE = new byte[1 << 16];

    static {
        for (int c = 0; c < TABLE.length; c++) {
            TABLE[c] = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? SURROGATE : classOf(c);
        }
    }

    private CharacterClasses() {}

    /** Of a UTF-16 unit. */
    static byte of(char c) {
        return TABLE[c];
    }

    /** Of any character. */
    static byte of(int codePoint) {
        return codePoint < TABLE.length ? TABLE[codePoint] : classOf(codePoint);
    }

    private static byte classOf(int c) {
        if (c == '\n' || c == '\u2028' || c == '\u2029') {
            return NEWLINE;
        }
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            return SPACE;
        }
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.LETTER_NUMBER -> letter(c);
            case Character.DECIMAL_DIGIT_NUMBER, Character.OTHER_NUMBER -> DIGIT;
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> MARK;
            default -> SYMBOL;
        };
    }

    private static byte letter(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case LATIN -> LATIN;
            case HAN, HIRAGANA, KATAKANA, BOPOMOFO, THAI, LAO, KHMER, MYANMAR, YI, TANGUT, NUSHU -> UNSPACED;
            case COMMON -> isJapanese(c) ? UNSPACED : LETTER;
            default -> LETTER;
        };
    }

    /** The sound marks and the long vowel that Hiragana and Katakana share. */
    private static boolean isJapanese(int c) {
        return c == 0x30FC || c == 0xFF70 || c == 0x3005 || c == 0x3006 || c == 0x303C;
    }

    /** Whether the character ends a sentence, as Unicode's Sentence_Terminal has it for scripts in wide use. */
    static boolean endsSentence(char c) {
        if (c < 0x80) {
            return c == '.' || c == '!' || c == '?';
        }
        return switch (c) {
            case '。', '！', '？', '．', '｡', '…', '‼', '‽', '⁇', '⁈', '⁉', '﹒', '﹖', '﹗' -> true;
            case '։', '؝', '؞', '؟', '۔', '܀', '܁', '܂', '।', '॥', '၊', '။', '።', '፧', '፨', '។', '៕', '᠃', '᠉' -> true;
            default -> false;
        };
    }

    /** Whether the sentence ends there whatever follows: no number or name has it inside. */
    static boolean endsSentenceAlways(char c) {
        return c >= 0x80 && endsSentence(c);
    }

    /** Thai and Lao, which write no mark at a sentence's end: any of their letters may be the last of one. */
    static boolean endsWithoutMark(char c) {
        return c >= 0x0E00 && c <= 0x0EFF;
    }

    /** Quotation marks and brackets that may stand after the end of a sentence. */
    static boolean closes(char c) {
        return switch (c) {
            case '"', '\'', ')', ']', '”', '’', '»', '›', '」', '』', '）', '》', '〉', '】', '〕', '］' -> true;
            default -> false;
        };
    }

    /** Those of them that a line may end with for C4: quotation marks. */
    static boolean closesQuotation(char c) {
        return switch (c) {
            case '"', '\'', '”', '’', '」', '』' -> true;
            default -> false;
        };
    }
}
