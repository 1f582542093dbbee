package org.weft.core.scores.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.scores.Scores;

/**
 * ROUGE (Lin, "ROUGE: a Package for Automatic Evaluation of Summaries", 2004) as F1 of one text, words as they are, without
 * a stemmer: of runs of words, of the longest common subsequence, and of those of sentences, which stand on lines of their
 * own. All from 0 to 1, and 0 where a text has no word.
 */
final class Rouge {
    private Rouge() {}

    /** ROUGE-1, ROUGE-2. */
    static double ofRuns(String said, String right, int order) {
        NGrams own = NGrams.ofWords(Words.ofRouge(said), order);
        NGrams other = NGrams.ofWords(Words.ofRouge(right), order);
        return f1(own.matches(other), own.total(), other.total());
    }

    /** ROUGE-L. */
    static double ofSubsequence(String said, String right) {
        List<String> own = Words.ofRouge(said);
        List<String> other = Words.ofRouge(right);
        return f1(common(other, own).cardinality(), own.size(), other.size());
    }

    /**
     * ROUGE-Lsum: of each right sentence those words that it has in common with any that was said; a word counts as often as
     * both texts have it.
     */
    static double ofSentences(String said, String right) {
        List<List<String>> own = sentences(said);
        List<List<String>> others = sentences(right);
        Map<String, Integer> ownLeft = counts(own);
        Map<String, Integer> othersLeft = counts(others);
        int hits = 0;
        for (List<String> other : others) {
            BitSet union = new BitSet();
            own.forEach(sentence -> union.or(common(other, sentence)));
            for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
                String word = other.get(i);
                if (ownLeft.getOrDefault(word, 0) > 0 && othersLeft.get(word) > 0) {
                    hits++;
                    ownLeft.merge(word, -1, Integer::sum);
                    othersLeft.merge(word, -1, Integer::sum);
                }
            }
        }
        return f1(hits, words(own), words(others));
    }

    private static List<List<String>> sentences(String text) {
        List<List<String>> sentences = new ArrayList<>();
        for (String line : text.split("\n")) {
            sentences.add(Words.ofRouge(line));
        }
        return sentences;
    }

    private static Map<String, Integer> counts(List<List<String>> sentences) {
        Map<String, Integer> counts = new HashMap<>();
        sentences.forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum)));
        return counts;
    }

    private static int words(List<List<String>> sentences) {
        return sentences.stream().mapToInt(List::size).sum();
    }

    /**
     * Places of one of the longest common subsequences in the first text: of several that which rouge-score's table leads to
     * from the end, as a union depends on it. A bit of each cell says whether its left neighbour is above its upper one.
     */
    private static BitSet common(List<String> right, List<String> said) {
        BitSet[] left = new BitSet[right.size() + 1];
        int[] above = new int[said.size() + 1];
        for (int i = 1; i <= right.size(); i++) {
            int[] row = new int[said.size() + 1];
            left[i] = new BitSet();
            for (int j = 1; j <= said.size(); j++) {
                left[i].set(j, row[j - 1] > above[j]);
                row[j] = right.get(i - 1).equals(said.get(j - 1)) ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
            }
            above = row;
        }
        BitSet common = new BitSet();
        int i = right.size();
        int j = said.size();
        while (i > 0 && j > 0) {
            if (right.get(i - 1).equals(said.get(j - 1))) {
                common.set(--i);
                j--;
            } else if (left[i].get(j)) {
                j--;
            } else {
                i--;
            }
        }
        return common;
    }

    private static double f1(long matches, long said, long right) {
        return Scores.of(matches, said, right).f1();
    }
}
