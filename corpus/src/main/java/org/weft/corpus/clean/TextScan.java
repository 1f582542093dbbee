package org.weft.corpus.clean;

import java.util.Arrays;

/**
 * One look over a document finds what all rules ask for: its lines and words, their hashes, and which scripts it is
 * written in. Buffers are kept from document to document; for one thread.
 *
 * <p>A word is what stands between white space, without the punctuation around it; in scripts without spaces each
 * character is a word. What has neither letter nor digit is no word but a symbol. A line is what stands between line
 * ends, without white space around it, where that is anything.
 *
 * <p>Memory: 2 bytes a character and 16 a word of the largest document, of which {@link #MOST_WORDS} words are looked at
 * one by one; further ones are counted.
 */
final class TextScan {
    /** Words that are kept with their places. */
    static final int MOST_WORDS = 1 << 22;

    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long MULTIPLIER = 0x9FB21C651E98DF25L;
    private static final int KEPT_CHARACTERS = 1 << 22;

    char[] chars = new char[1 << 12];
    int length;

    /** Words whose places are known: at most {@link #MOST_WORDS}. */
    int words;

    int[] wordStart = new int[1 << 10];
    int[] wordEnd = new int[1 << 10];
    long[] wordHash = new long[1 << 10];

    int lines;
    int[] lineStart = new int[1 << 7];
    int[] lineEnd = new int[1 << 7];
    long[] lineHash = new long[1 << 7];
    int[] lineFirstWord = new int[(1 << 7) + 1];

    /** Whether a line is the first after an empty one, or of all. */
    boolean[] beginsParagraph = new boolean[1 << 7];

    /** All words, and what they are made of. */
    long allWords;

    long alphabeticWords;
    long unspacedWords;
    long wordCharacters;
    long symbols;
    long newlines;
    long latinLetters;
    long otherLetters;

    private String scanned;

    // Of the word that is being read.
    private boolean inChunk;
    private boolean glued;
    private boolean alphabetic;
    private int start;
    private int end;
    private long hash;
    private long runningHash;
    private int lastUnspacedEnd;

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

    /** What {@link #wordHash} says of a word. */
    static long hashOf(String word) {
        long hash = SEED;
        for (int i = 0; i < word.length(); i++) {
            hash = mix(hash, word.charAt(i));
        }
        return hash;
    }

    private static long mix(long hash, char c) {
        long mixed = (hash ^ c) * MULTIPLIER;
        return mixed ^ (mixed >>> 29);
    }

    private void reset(String text) {
        scanned = null;
        if (chars.length > KEPT_CHARACTERS && text.length() < KEPT_CHARACTERS) {
            chars = new char[1 << 12];
            wordStart = new int[1 << 10];
            wordEnd = new int[1 << 10];
            wordHash = new long[1 << 10];
        }
        length = text.length();
        if (chars.length < length) {
            chars = new char[Math.max(length, Math.min(2 * chars.length, KEPT_CHARACTERS))];
        }
        text.getChars(0, length, chars, 0);
        words = 0;
        lines = 0;
        allWords = 0;
        alphabeticWords = 0;
        unspacedWords = 0;
        wordCharacters = 0;
        symbols = 0;
        newlines = 0;
        latinLetters = 0;
        otherLetters = 0;
        inChunk = false;
        lastUnspacedEnd = -1;
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

    /** Finds the words of a line; its hash. */
    private long words(int from, int to) {
        long lineHash = SEED;
        for (int i = from; i < to; i++) {
            char c = chars[i];
            lineHash = mix(lineHash, c);
            switch (CharacterClasses.of(c)) {
                case CharacterClasses.LATIN -> {
                    latinLetters++;
                    inWord(i, true);
                }
                case CharacterClasses.LETTER -> {
                    otherLetters++;
                    inWord(i, true);
                }
                case CharacterClasses.DIGIT -> inWord(i, false);
                case CharacterClasses.MARK -> mark(i);
                case CharacterClasses.UNSPACED -> unspaced(i, i + 1);
                case CharacterClasses.SURROGATE -> i = supplementary(i, to);
                case CharacterClasses.SYMBOL -> symbol(i);
                default -> endChunk();
            }
        }
        endChunk();
        return lineHash;
    }

    private void inWord(int i, boolean letter) {
        if (!inChunk) {
            begin(i);
        }
        if (start < 0) {
            start = i;
            runningHash = SEED;
        }
        runningHash = mix(runningHash, chars[i]);
        hash = runningHash;
        end = i + 1;
        alphabetic |= letter;
    }

    private void begin(int i) {
        inChunk = true;
        glued = lastUnspacedEnd == i;
        start = -1;
        alphabetic = false;
    }

    private void symbol(int i) {
        if (!inChunk) {
            begin(i);
        } else if (start >= 0) {
            runningHash = mix(runningHash, chars[i]);
        }
    }

    /** A vowel or tone belongs to the letter before it. */
    private void mark(int i) {
        if (lastUnspacedEnd == i && !inChunk && words > 0 && words < MOST_WORDS) {
            wordEnd[words - 1] = i + 1;
            wordHash[words - 1] = mix(wordHash[words - 1], chars[i]);
            wordCharacters++;
            lastUnspacedEnd = i + 1;
        } else {
            inWord(i, false);
        }
    }

    private void unspaced(int from, int to) {
        if (inChunk && start >= 0) {
            endChunk();
        }
        inChunk = false;
        long own = SEED;
        for (int i = from; i < to; i++) {
            own = mix(own, chars[i]);
        }
        unspacedWords++;
        alphabeticWords++;
        add(from, to, own);
        lastUnspacedEnd = to;
    }

    private int supplementary(int i, int to) {
        if (i + 1 == to || !Character.isSurrogatePair(chars[i], chars[i + 1])) {
            symbol(i);
            return i;
        }
        switch (CharacterClasses.of(Character.toCodePoint(chars[i], chars[i + 1]))) {
            case CharacterClasses.UNSPACED -> unspaced(i, i + 2);
            case CharacterClasses.SYMBOL, CharacterClasses.SPACE, CharacterClasses.NEWLINE -> {
                symbol(i);
                symbol(i + 1);
            }
            case CharacterClasses.LATIN, CharacterClasses.LETTER -> {
                otherLetters++;
                inWord(i, true);
                inWord(i + 1, true);
            }
            default -> {
                inWord(i, false);
                inWord(i + 1, false);
            }
        }
        return i + 1;
    }

    private void endChunk() {
        if (!inChunk) {
            return;
        }
        inChunk = false;
        if (start >= 0) {
            alphabeticWords += alphabetic ? 1 : 0;
            add(start, end, hash);
        } else if (!glued) {
            symbols++;
        }
    }

    private void add(int from, int to, long wordsHash) {
        allWords++;
        wordCharacters += to - from;
        if (words == MOST_WORDS) {
            return;
        }
        if (words == wordStart.length) {
            wordStart = Arrays.copyOf(wordStart, 2 * words);
            wordEnd = Arrays.copyOf(wordEnd, 2 * words);
            wordHash = Arrays.copyOf(wordHash, 2 * words);
        }
        wordStart[words] = from;
        wordEnd[words] = to;
        wordHash[words] = wordsHash;
        words++;
    }

    /** Whether a line ends a sentence, maybe within quotation marks or brackets. */
    boolean endsSentence(int line) {
        int last = lineEnd[line] - 1;
        while (last > lineStart[line] && CharacterClasses.closes(chars[last])) {
            last--;
        }
        return CharacterClasses.endsSentence(chars[last]);
    }

    /** Whether a line ends with three points, or the one character for them. */
    boolean endsWithEllipsis(int line) {
        int to = lineEnd[line];
        return chars[to - 1] == '…'
                || to - lineStart[line] >= 3 && chars[to - 1] == '.' && chars[to - 2] == '.' && chars[to - 3] == '.';
    }
}
