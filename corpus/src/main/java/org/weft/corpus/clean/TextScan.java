package org.weft.corpus.clean;

import java.util.Arrays;

/**
 * One look over a document finds what all rules ask for: its words, as {@link WordScan} has them, and its lines, which are
 * what stands between line ends, without white space around it, where that is anything. Buffers are kept from document to
 * document; for one thread.
 *
 * <p>Memory: 2 bytes a character and 16 a word of the largest document, of which {@link #MOST_WORDS} words are looked at
 * one by one; further ones are counted.
 */
final class TextScan extends WordScan {
    private static final int KEPT_CHARACTERS = 1 << 22;

    int length;
    int lines;
    int[] lineStart = new int[1 << 7];
    int[] lineEnd = new int[1 << 7];
    long[] lineHash = new long[1 << 7];
    int[] lineFirstWord = new int[(1 << 7) + 1];

    /** Whether a line is the first after an empty one, or of all. */
    boolean[] beginsParagraph = new boolean[1 << 7];

    long newlines;
    private String scanned;

    /** Looks at a text, unless it is the one that was looked at last. */
    TextScan of(String text) {
        if (text != scanned) {
            reset(text);
            lines();
            scanned = text;
        }
        return this;
    }

    /** Whether words of the document are mostly characters of scripts without spaces. */
    boolean isUnspaced() {
        return 2 * unspacedWords >= allWords && allWords > 0;
    }

    /** Whether the document's letters are mostly Latin. */
    boolean isLatin() {
        return latinLetters > otherLetters + unspacedWords;
    }

    private void reset(String text) {
        scanned = null;
        boolean shrink = chars.length > KEPT_CHARACTERS && text.length() < KEPT_CHARACTERS;
        length = text.length();
        if (shrink || chars.length < length) {
            chars = new char[Math.max(length, Math.min(2 * length, KEPT_CHARACTERS))];
        }
        text.getChars(0, length, chars, 0);
        resetWords(shrink);
        lines = 0;
        newlines = 0;
    }

    private void lines() {
        boolean blankBefore = true;
        int i = 0;
        while (i < length) {
            int from = i;
            while (i < length && CharacterClasses.of(chars[i]) != CharacterClasses.NEWLINE) {
                i++;
            }
            int to = i;
            if (i < length) {
                newlines++;
                i++;
            }
            while (from < to && isSpace(chars[from])) {
                from++;
            }
            while (from < to && isSpace(chars[to - 1])) {
                to--;
            }
            if (from < to) {
                line(from, to, blankBefore);
            }
            blankBefore = from == to;
        }
        lineFirstWord[lines] = words;
    }

    private static boolean isSpace(char c) {
        return CharacterClasses.of(c) == CharacterClasses.SPACE;
    }

    private void line(int from, int to, boolean paragraph) {
        if (lines == lineStart.length) {
            int more = 2 * lines;
            lineStart = Arrays.copyOf(lineStart, more);
            lineEnd = Arrays.copyOf(lineEnd, more);
            lineHash = Arrays.copyOf(lineHash, more);
            lineFirstWord = Arrays.copyOf(lineFirstWord, more + 1);
            beginsParagraph = Arrays.copyOf(beginsParagraph, more);
        }
        lineStart[lines] = from;
        lineEnd[lines] = to;
        lineFirstWord[lines] = words;
        beginsParagraph[lines] = paragraph;
        lineHash[lines] = words(from, to);
        lines++;
    }

    /** Whether a line ends a sentence, maybe within quotation marks or brackets. */
    boolean endsSentence(int line) {
        int last = lineEnd[line] - 1;
        while (last > lineStart[line] && CharacterClasses.closes(chars[last])) {
            last--;
        }
        return CharacterClasses.endsSentence(chars[last]) || CharacterClasses.endsWithoutMark(chars[last]);
    }

    /** Whether a line ends with three points, or the one character for them. */
    boolean endsWithEllipsis(int line) {
        int to = lineEnd[line];
        return chars[to - 1] == '…'
                || to - lineStart[line] >= 3 && chars[to - 1] == '.' && chars[to - 2] == '.' && chars[to - 3] == '.';
    }
}
