package org.weft.corpus.tokenizer.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counted words as one array of letters, each word ended by {@link #END}. Letters are numbered by the alphabet; at a
 * character that is not in it a word is cut, so that a run of letters here is what pieces can spell.
 *
 * <pre>
 *   letters   t h e 0 d o g 0 …       starts   0 4 …       counts   7 2 …
 * </pre>
 */
final class WordText {
    /** Ends a word; no letter. */
    static final int END = 0;

    private final int[] points; // code point of each letter
    private final int[] letters;
    private final int[] starts; // of each word, and the array's length
    private final long[] counts;

    /**
     * @param alphabet code points, sorted
     * @param words the counted words
     */
    WordText(int[] alphabet, WordCounts words) {
        this.points = new int[alphabet.length + 1];
        System.arraycopy(alphabet, 0, points, 1, alphabet.length);
        List<int[]> runs = new ArrayList<>();
        List<Long> counted = new ArrayList<>();
        int length = 0;
        for (int w = 0; w < words.words().size(); w++) {
            for (int[] run : runs(words.words().get(w))) {
                runs.add(run);
                counted.add(words.counts()[w]);
                length = Math.addExact(length, run.length + 1);
            }
        }
        this.letters = new int[length];
        this.starts = new int[runs.size() + 1];
        this.counts = counted.stream().mapToLong(Long::longValue).toArray();
        int at = 0;
        for (int w = 0; w < runs.size(); w++) {
            starts[w] = at;
            System.arraycopy(runs.get(w), 0, letters, at, runs.get(w).length);
            at += runs.get(w).length + 1;
        }
        starts[runs.size()] = at;
    }

    /** Letters of a word, in as many parts as characters that are none leave of it. */
    private List<int[]> runs(String word) {
        List<int[]> runs = new ArrayList<>();
        int[] run = new int[word.length()];
        int length = 0;
        for (int point : word.codePoints().toArray()) {
            int letter = Arrays.binarySearch(points, 1, points.length, point);
            if (letter > 0) {
                run[length++] = letter;
            } else if (length > 0) {
                runs.add(Arrays.copyOf(run, length));
                length = 0;
            }
        }
        if (length > 0) {
            runs.add(Arrays.copyOf(run, length));
        }
        return runs;
    }

    int words() {
        return counts.length;
    }

    /** Letters and ends together. */
    int length() {
        return letters.length;
    }

    int letter(int at) {
        return letters[at];
    }

    /** Index of a word's first letter. */
    int start(int word) {
        return starts[word];
    }

    /** Index after a word's last letter. */
    int end(int word) {
        return starts[word + 1] - 1;
    }

    long count(int word) {
        return counts[word];
    }

    String spelling(int at, int length) {
        StringBuilder spelling = new StringBuilder(length);
        for (int i = at; i < at + length; i++) {
            spelling.appendCodePoint(points[letters[i]]);
        }
        return spelling.toString();
    }
}
