package org.weft.corpus.tokenizer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.weft.corpus.tokenizer.UnigramModel;

/** Seeds and expectations against their definitions, by counting all substrings and going through all spellings. */
class UnigramLearnerTest {
    private static final int[] ABC = {'a', 'b', 'c'};

    @Test
    void seedsAreTheRightMaximalSubstrings() {
        Random random = new Random(8);
        for (int round = 0; round < 30; round++) {
            Map<String, Long> words = words(random, 1 + random.nextInt(12));
            PieceGraph graph = SeedPieces.of(new WordText(ABC, WordCounts.of(words)), 2, 1000);
            Map<String, Long> substrings = substrings(words);
            TreeMap<String, Double> expected = new TreeMap<>();
            double sum = 0;
            for (Map.Entry<String, Long> one : substrings.entrySet()) {
                String piece = one.getKey();
                boolean longer =
                        "abc".chars().anyMatch(next -> one.getValue().equals(substrings.get(piece + (char) next)));
                if (piece.length() == 1 || (!longer && one.getValue() >= 2)) {
                    expected.put(piece, (double) one.getValue() * piece.length());
                    sum += one.getValue() * piece.length();
                }
            }
            assertThat(graph.pieces().size()).as("round %d: %s", round, words).isEqualTo(expected.size());
            List<String> pieces = new ArrayList<>();
            for (int piece = 0; piece < graph.pieces().size(); piece++) {
                String spelling = graph.spelling(piece);
                pieces.add(spelling);
                assertThat(graph.pieces().scores()[piece])
                        .isCloseTo(Math.log(expected.get(spelling) / sum), within(1e-9));
            }
            assertThat(pieces).as("sorted").containsExactlyElementsOf(expected.keySet());
        }
    }

    @Test
    void expectationsAreThoseOverAllSpellings() {
        Random random = new Random(9);
        for (int round = 0; round < 20; round++) {
            Map<String, Long> words = words(random, 10);
            PieceGraph graph = SeedPieces.of(new WordText(ABC, WordCounts.of(words)), 2, 1000);
            Map<String, Double> scores = new HashMap<>();
            for (int piece = 0; piece < graph.pieces().size(); piece++) {
                scores.put(graph.spelling(piece), graph.pieces().scores()[piece]);
            }
            Map<String, Double> counts = new HashMap<>();
            double logLikelihood = 0;
            for (Map.Entry<String, Long> word : words.entrySet()) {
                List<List<String>> spellings = spellings(word.getKey(), scores);
                double total = spellings.stream()
                        .mapToDouble(spelling -> probability(spelling, scores))
                        .sum();
                logLikelihood += word.getValue() * Math.log(total);
                for (List<String> spelling : spellings) {
                    double share = probability(spelling, scores) / total * word.getValue();
                    spelling.forEach(piece -> counts.merge(piece, share, Double::sum));
                }
            }
            PieceGraph.Expected expected = graph.expected(false);
            assertThat(expected.logLikelihood()).isCloseTo(logLikelihood, within(1e-6));
            for (int piece = 0; piece < graph.pieces().size(); piece++) {
                assertThat(expected.counts()[piece])
                        .as(graph.spelling(piece))
                        .isCloseTo(counts.getOrDefault(graph.spelling(piece), 0.0), within(1e-6));
            }
        }
    }

    @Test
    void wordsThatRepeatBecomePieces() {
        Map<String, Long> words = Map.of("abc", 100L, "cab", 90L, "abccab", 5L, "ba", 7L);
        UnigramModel model = new UnigramLearner(ABC, WordCounts.of(words), 2, 1000, said -> {}).learn(6);
        assertThat(model.pieces()).hasSize(6).startsWith("abc", "cab").contains("a", "b", "c");
        assertThat(model.scores()).isSortedAccordingTo((x, y) -> Double.compare(y, x));
        UnigramModel letters = UnigramLearner.withLetters(model, "axy", Set.of(), 6);
        assertThat(letters.pieces()).as("room is made for letters").containsExactly("abc", "a", "b", "c", "x", "y");
    }

    @Test
    void digammaIsTheDerivativeOfTheGammaFunctionsLogarithm() {
        assertThat(UnigramLearner.digamma(1)).isCloseTo(-0.5772156649015329, within(1e-10));
        assertThat(UnigramLearner.digamma(0.5)).isCloseTo(-1.9635100260214235, within(1e-10));
        assertThat(UnigramLearner.digamma(1000)).isCloseTo(6.907255195648812, within(1e-10));
    }

    private static Map<String, Long> words(Random random, int count) {
        Map<String, Long> words = new TreeMap<>();
        for (int w = 0; w < count; w++) {
            StringBuilder word = new StringBuilder();
            int length = 1 + random.nextInt(9);
            for (int i = 0; i < length; i++) {
                word.append((char) ('a' + random.nextInt(3)));
            }
            words.merge(word.toString(), (long) 1 + random.nextInt(5), Long::sum);
        }
        return words;
    }

    private static Map<String, Long> substrings(Map<String, Long> words) {
        Map<String, Long> substrings = new TreeMap<>();
        words.forEach((word, count) -> {
            for (int from = 0; from < word.length(); from++) {
                for (int to = from + 1; to <= word.length(); to++) {
                    substrings.merge(word.substring(from, to), count, Long::sum);
                }
            }
        });
        return substrings;
    }

    private static List<List<String>> spellings(String word, Map<String, Double> scores) {
        List<List<String>> all = new ArrayList<>();
        if (word.isEmpty()) {
            all.add(List.of());
        }
        for (int to = 1; to <= word.length(); to++) {
            String piece = word.substring(0, to);
            if (scores.containsKey(piece)) {
                for (List<String> rest : spellings(word.substring(to), scores)) {
                    List<String> spelling = new ArrayList<>(List.of(piece));
                    spelling.addAll(rest);
                    all.add(spelling);
                }
            }
        }
        return all;
    }

    private static double probability(List<String> spelling, Map<String, Double> scores) {
        return Math.exp(spelling.stream().mapToDouble(scores::get).sum());
    }
}
