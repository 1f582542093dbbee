package org.weft.core.scores.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each run of n words, or of n characters, stands in a text. */
record NGrams(Map<String, Integer> counts) {

    /** @param words without white space in them */
    static NGrams ofWords(List<String> words, int order) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i + order <= words.size(); i++) {
            counts.merge(String.join(" ", words.subList(i, i + order)), 1, Integer::sum);
        }
        return new NGrams(counts);
    }

    static NGrams ofCharacters(int[] letters, int order) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i + order <= letters.length; i++) {
            counts.merge(new String(letters, i, order), 1, Integer::sum);
        }
        return new NGrams(counts);
    }

    /** Each as often as it stands in that of the two texts where it stands more often. */
    NGrams union(NGrams other) {
        Map<String, Integer> union = new HashMap<>(counts);
        other.counts.forEach((gram, count) -> union.merge(gram, count, Math::max));
        return new NGrams(union);
    }

    long total() {
        return counts.values().stream().mapToLong(Integer::intValue).sum();
    }

    /** How many of these stand in the other text too, each as often as it stands in both. */
    long matches(NGrams other) {
        long matches = 0;
        for (Map.Entry<String, Integer> gram : counts.entrySet()) {
            matches += Math.min(gram.getValue(), other.counts.getOrDefault(gram.getKey(), 0));
        }
        return matches;
    }
}
