package org.weft.corpus.tokenizer.learn;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The characters of counted words, the most frequent first, of equally frequent ones that with the smaller code point.
 */
final class Alphabet {
    private final Map<Integer, Long> counts = new HashMap<>();
    private final List<Integer> points;
    private final long total;

    /**
     * @param leastCount characters that are rarer are left out
     */
    Alphabet(WordCounts words, long leastCount) {
        for (int w = 0; w < words.words().size(); w++) {
            long count = words.counts()[w];
            words.words().get(w).codePoints().forEach(point -> counts.merge(point, count, Long::sum));
        }
        total = counts.values().stream().mapToLong(Long::longValue).sum();
        points = counts.keySet().stream()
                .filter(point -> counts.get(point) >= leastCount)
                .sorted(Comparator.comparingLong((Integer point) -> -counts.get(point))
                        .thenComparingInt(point -> point))
                .toList();
    }

    /** How many there are. */
    int size() {
        return points.size();
    }

    /** Those of the text, frequent or not. */
    int different() {
        return counts.size();
    }

    int point(int rank) {
        return points.get(rank);
    }

    /** The most frequent ones, sorted by their code points. */
    int[] first(int count) {
        int[] some = points.stream().limit(count).mapToInt(Integer::intValue).toArray();
        Arrays.sort(some);
        return some;
    }

    /** The share of the text that the most frequent ones spell, in percent. */
    double percent(int count) {
        long spelt = points.stream().limit(count).mapToLong(counts::get).sum();
        return total == 0 ? 100 : 100.0 * spelt / total;
    }
}
