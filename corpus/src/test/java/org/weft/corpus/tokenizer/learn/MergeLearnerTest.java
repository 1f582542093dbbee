package org.weft.corpus.tokenizer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.weft.core.config.TokenizerConfig;
import org.weft.corpus.SparkFixture;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenizerJson;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

/** Merges against a textbook case, against the naive loop, and against the library that will encode with them. */
class MergeLearnerTest {
    private final ByteAlphabet alphabet = new ByteAlphabet();

    @Test
    void learnsTheTextbookCase() {
        // Sennrich et al., algorithm 1, without its end-of-word mark.
        Map<String, Long> words = Map.of("low", 5L, "lower", 2L, "newest", 6L, "widest", 3L);
        BpeModel model = learn(words, 256 + 6);
        assertThat(model.tokens().subList(256, 262)).containsExactly("es", "est", "lo", "low", "ew", "new");
        assertThat(model.merges().get(0)).isEqualTo(new Merge(id("e"), id("s")));
    }

    @Test
    void stopsWhereNothingRepeats() {
        BpeModel model = learn(Map.of("ab", 1L, "aaaa", 1L), 1000);
        assertThat(model.tokens().subList(256, model.tokens().size())).containsExactly("aa");
        assertThat(learn(Map.of(), 1000).tokens()).hasSize(256);
    }

    @Test
    void agreesWithTheNaiveLoop() {
        Random random = new Random(5);
        for (int round = 0; round < 40; round++) {
            Map<String, Long> words = new TreeMap<>();
            for (int w = 0; w < 30; w++) {
                StringBuilder word = new StringBuilder();
                int length = 1 + random.nextInt(9);
                for (int i = 0; i < length; i++) {
                    word.append((char) ('a' + random.nextInt(3)));
                }
                words.merge(word.toString(), (long) 1 + random.nextInt(5), Long::sum);
            }
            assertThat(learn(words, 256 + 40)).as("round %d", round).isEqualTo(naive(words, 256 + 40));
        }
    }

    @Test
    void theLibraryEncodesAsTheLearnerMerged() {
        List<String> texts = SparkFixture.documents(200, 3);
        Map<String, Long> counts = new TreeMap<>();
        new WordCounter(
                        new PatternWords(new TokenizerConfig(TokenizerConfig.Kind.BPE, 500, "")),
                        texts.stream()
                                .map(t -> t.getBytes(StandardCharsets.UTF_8))
                                .iterator())
                .forEachRemaining(word -> counts.merge(word._1(), word._2(), Long::sum));
        int[][] words = counts.keySet().stream()
                .map(word -> alphabet.ids(word.getBytes(StandardCharsets.UTF_8)))
                .toArray(int[][]::new);
        long[] frequencies = counts.values().stream().mapToLong(Long::longValue).toArray();
        BpeModel model = new MergeLearner(words, frequencies, alphabet.spellings(), "").learn(500, 2, tokens -> {});
        try (TextTokenizer tokenizer = TextTokenizer.of(TokenizerJson.of(model), "trained")) {
            int w = 0;
            for (String word : counts.keySet()) {
                assertThat(tokenizer.encode(word)).as("word '%s'", word).isEqualTo(words[w++]);
            }
            assertThat(tokenizer.vocabSize()).isEqualTo(model.tokens().size() + 1);
            assertThat(tokenizer.endOfText()).isEqualTo(model.tokens().size());
        }
    }

    private int id(String one) {
        return alphabet.ids(one.getBytes(StandardCharsets.UTF_8))[0];
    }

    private BpeModel learn(Map<String, Long> words, int vocabulary) {
        int[][] ids = words.keySet().stream()
                .map(word -> alphabet.ids(word.getBytes(StandardCharsets.UTF_8)))
                .toArray(int[][]::new);
        long[] counts = words.values().stream().mapToLong(Long::longValue).toArray();
        return new MergeLearner(ids, counts, alphabet.spellings(), "").learn(vocabulary, 2, tokens -> {});
    }

    /** Counts all pairs anew for every merge. */
    private BpeModel naive(Map<String, Long> counts, int vocabulary) {
        List<String> tokens = new ArrayList<>();
        for (int id = 0; id < 256; id++) {
            tokens.add(alphabet.spellId(id));
        }
        List<Merge> merges = new ArrayList<>();
        Map<String, List<Integer>> words = new HashMap<>();
        for (String word : counts.keySet()) {
            List<Integer> ids = new ArrayList<>();
            for (int id : alphabet.ids(word.getBytes(StandardCharsets.UTF_8))) {
                ids.add(id);
            }
            words.put(word, ids);
        }
        while (tokens.size() < vocabulary) {
            Map<Merge, Long> pairs = new HashMap<>();
            words.forEach((word, ids) -> {
                for (int i = 0; i + 1 < ids.size(); i++) {
                    pairs.merge(new Merge(ids.get(i), ids.get(i + 1)), counts.get(word), Long::sum);
                }
            });
            Merge best = null;
            for (Merge pair : pairs.keySet()) {
                if (pairs.get(pair) >= 2 && (best == null || better(pair, best, pairs))) {
                    best = pair;
                }
            }
            if (best == null) {
                break;
            }
            merges.add(best);
            String spelling = tokens.get(best.left()) + tokens.get(best.right());
            if (!tokens.contains(spelling)) {
                tokens.add(spelling);
            }
            for (List<Integer> ids : words.values()) {
                for (int i = 0; i + 1 < ids.size(); i++) {
                    if (ids.get(i) == best.left() && ids.get(i + 1) == best.right()) {
                        ids.set(i, tokens.indexOf(spelling));
                        ids.remove(i + 1);
                    }
                }
            }
        }
        return new BpeModel(tokens, merges);
    }

    private static boolean better(Merge pair, Merge best, Map<Merge, Long> counts) {
        int byCount = Long.compare(counts.get(pair), counts.get(best));
        if (byCount != 0) {
            return byCount > 0;
        }
        return pair.left() != best.left() ? pair.left() < best.left() : pair.right() < best.right();
    }
}
