package org.weft.corpus.tokenizer.learn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.weft.corpus.tokenizer.WordPieceJson;

/**
 * Words as WordPiece spells them: a character at the beginning of a word and the same one within it are two tokens. As
 * Hugging Face's trainer, Weft's merges the most frequent pairs, and does not ask for the likelihood.
 */
final class ContinuingWords {
    private final WordCounts words;
    private final Alphabet alphabet;
    private final Map<Integer, Integer> ranks = new HashMap<>();
    private final boolean[] begins; // by rank: whether any word begins with the character
    private final boolean[] continues;

    ContinuingWords(WordCounts words, Alphabet alphabet) {
        this.words = words;
        this.alphabet = alphabet;
        this.begins = new boolean[alphabet.size()];
        this.continues = new boolean[alphabet.size()];
        for (int rank = 0; rank < alphabet.size(); rank++) {
            ranks.put(alphabet.point(rank), rank);
        }
        for (String word : words.words()) {
            boolean first = true;
            for (int point : word.codePoints().toArray()) {
                Integer rank = ranks.get(point);
                if (rank != null) {
                    (first ? begins : continues)[rank] = true;
                }
                first = false;
            }
        }
    }

    /** Tokens that the most frequent characters make. */
    int symbols(int characters) {
        int symbols = 0;
        for (int rank = 0; rank < characters; rank++) {
            symbols += (begins[rank] ? 1 : 0) + (continues[rank] ? 1 : 0);
        }
        return symbols;
    }

    /**
     * Words that have another character are unknown as a whole, and teach nothing.
     *
     * @param taken spellings that no token may have
     */
    MergeLearner learner(int characters, Set<String> taken) {
        TreeSet<String> symbols = new TreeSet<>(ContinuingWords::compare);
        for (int rank = 0; rank < characters; rank++) {
            String character = Character.toString(alphabet.point(rank));
            if (begins[rank]) {
                symbols.add(character);
            }
            if (continues[rank]) {
                symbols.add(WordPieceJson.CONTINUING + character);
            }
        }
        List<String> tokens = new ArrayList<>(symbols);
        Map<String, Integer> ids = new HashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        List<int[]> spelt = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int w = 0; w < words.counts().length; w++) {
            int[] points = words.words().get(w).codePoints().toArray();
            int[] word = new int[points.length];
            boolean known = true;
            for (int i = 0; i < points.length && known; i++) {
                Integer id = ids.get((i == 0 ? "" : WordPieceJson.CONTINUING) + Character.toString(points[i]));
                known = id != null;
                word[i] = known ? id : -1;
            }
            if (known) {
                spelt.add(word);
                counts.add(words.counts()[w]);
            }
        }
        return new MergeLearner(
                spelt.toArray(int[][]::new),
                counts.stream().mapToLong(Long::longValue).toArray(),
                tokens,
                WordPieceJson.CONTINUING,
                taken);
    }

    /** Characters alone first, then those within words, each by their code points. */
    private static int compare(String a, String b) {
        int byKind = Integer.compare(
                Math.min(a.codePointCount(0, a.length()), 2), Math.min(b.codePointCount(0, b.length()), 2));
        return byKind != 0 ? byKind : Integer.compare(a.codePointBefore(a.length()), b.codePointBefore(b.length()));
    }
}
