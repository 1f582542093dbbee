package org.weft.corpus.clean;

import java.util.Arrays;

/**
 * Finds the words of a piece of text, their hashes, and which scripts they are written in.
 *
 * <p>A word is what stands between white space, without the punctuation around it; in scripts without spaces each
 * character is a word. What has neither letter nor digit is no word but a symbol. For one thread.
 */
class WordScan {
    /** Words that are kept with their places. */
    static final int MOST_WORDS = 1 << 22;

    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long MULTIPLIER = 0x9FB21C651E98DF25L;
    private static final int FEW_WORDS = 1 << 10;

    char[] chars = new char[1 << 12];

    /** Words whose places are known: at most {@link #MOST_WORDS}. */
    int words;

    int[] wordStart = new int[FEW_WORDS];
    int[] wordEnd = new int[FEW_WORDS];
    long[] wordHash = new long[FEW_WORDS];

    /** All words, and what they are made of. */
    long allWords;

    long alphabeticWords;
    long unspacedWords;
    long wordCharacters;
    long symbols;
    long latinLetters;
    long otherLetters;

    // Of the word that is being read.
    private boolean inChunk;
    private boolean glued;
    private boolean alphabetic;
    private int start;
    private int end;
    private long hash;
    private long runningHash;
    private int lastUnspacedEnd;

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

    /** Forgets the words, and the room for very many. */
    final void resetWords(boolean shrink) {
        if (shrink) {
            wordStart = new int[FEW_WORDS];
            wordEnd = new int[FEW_WORDS];
            wordHash = new long[FEW_WORDS];
        }
        words = 0;
        allWords = 0;
        alphabeticWords = 0;
        unspacedWords = 0;
        wordCharacters = 0;
        symbols = 0;
        latinLetters = 0;
        otherLetters = 0;
        inChunk = false;
        lastUnspacedEnd = -1;
    }

    /** Finds the words of a line; its hash. */
    final long words(int from, int to) {
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
}
