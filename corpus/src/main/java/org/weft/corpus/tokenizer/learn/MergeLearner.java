package org.weft.corpus.tokenizer.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.BpeModel.Merge;

/**
 * Learns the merges of a BPE from word counts (Sennrich, Haddow and Birch, "Neural machine translation of rare words
 * with subword units", 2016): again and again, the most frequent pair of neighbouring tokens becomes a token. Only the
 * words that hold the pair are touched, and a heap finds the next pair; its entries may be out of date and are checked
 * when they come up.
 *
 * <p>Of pairs that are equally frequent the one with the smaller ids comes first, so that the result is a function of
 * the counts alone. Owned by one thread.
 */
public final class MergeLearner {
    private final int[][] words; // each word's tokens
    private final long[] counts;
    private final String continuing;
    private final Set<String> taken;
    private final PairTable pairs = new PairTable();
    private final PairHeap heap = new PairHeap();
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<Merge> merges = new ArrayList<>();
    private int[] grown = new int[64]; // numbers of pairs that the current merge made more frequent
    private int grownSize;

    /**
     * @param words ids of each word's characters or bytes; changed in place
     * @param counts how often each word occurs
     * @param alphabet the spelling of each of these ids
     * @param continuing what the spelling of a token within a word begins with: {@code ##}, or nothing
     */
    public MergeLearner(int[][] words, long[] counts, List<String> alphabet, String continuing) {
        this(words, counts, alphabet, continuing, Set.of());
    }

    /**
     * @param taken spellings that mean something else: no merge makes one of them
     */
    MergeLearner(int[][] words, long[] counts, List<String> alphabet, String continuing, Set<String> taken) {
        this.taken = taken;
        this.words = words;
        this.counts = counts;
        this.continuing = continuing;
        alphabet.forEach(this::addToken);
    }

    /**
     * Learns until there are {@code vocabulary} tokens, or no pair is left that occurs {@code leastCount} times.
     *
     * @param progress told the number of tokens after each merge
     */
    public BpeModel learn(int vocabulary, long leastCount, IntConsumer progress) {
        for (int w = 0; w < words.length; w++) {
            for (int i = 0; i + 1 < words[w].length; i++) {
                pairs.add(PairTable.pair(words[w][i], words[w][i + 1]), counts[w], w);
            }
        }
        for (int number = 0; number < pairs.size(); number++) {
            heap.add(pairs.count(number), pairs.pair(number));
        }
        while (tokens.size() < vocabulary && findNext(leastCount)) {
            long best = heap.topPair();
            heap.removeTop();
            int left = (int) (best >>> 32);
            int right = (int) best;
            String spelling = tokens.get(left) + tokens.get(right).substring(continuing.length());
            if (taken.contains(spelling)) {
                continue; // The pair stays two tokens.
            }
            merge(left, right, spelling);
            progress.accept(tokens.size());
        }
        return new BpeModel(List.copyOf(tokens), List.copyOf(merges));
    }

    /** Brings the most frequent pair to the heap's top; false where none is frequent enough. */
    private boolean findNext(long leastCount) {
        while (!heap.isEmpty()) {
            long now = pairs.count(pairs.number(heap.topPair()));
            if (now == heap.topCount() && now >= leastCount) {
                return true;
            }
            long pair = heap.topPair();
            boolean shrunk = now < heap.topCount(); // Growth makes entries of its own.
            heap.removeTop();
            if (shrunk && now >= leastCount) {
                heap.add(now, pair);
            }
        }
        return false;
    }

    private void merge(int left, int right, String spelling) {
        merges.add(new Merge(left, right));
        Integer known = ids.get(spelling); // two different merges may spell the same token
        int token = known != null ? known : addToken(spelling);
        int merged = pairs.number(PairTable.pair(left, right));
        grownSize = 0;
        for (int w : pairs.words(merged)) {
            replace(w, left, right, token);
        }
        pairs.clear(merged);
        Arrays.sort(grown, 0, grownSize);
        for (int i = 0; i < grownSize; i++) {
            if (i == 0 || grown[i] != grown[i - 1]) {
                heap.add(pairs.count(grown[i]), pairs.pair(grown[i]));
            }
        }
    }

    /** Replaces the pair in a word and corrects the counts of the pairs beside it, and only of those. */
    private void replace(int w, int left, int right, int token) {
        int[] word = words[w];
        int length = 0; // of what has been replaced, at the word's beginning
        for (int i = 0; i < word.length; i++) {
            if (i + 1 == word.length || word[i] != left || word[i + 1] != right) {
                word[length++] = word[i];
                continue;
            }
            if (length > 0) {
                pairs.subtract(PairTable.pair(word[length - 1], left), counts[w]);
                grow(word[length - 1], token, w);
            }
            if (i + 2 < word.length) {
                pairs.subtract(PairTable.pair(right, word[i + 2]), counts[w]);
                grow(token, word[i + 2], w);
            }
            word[length++] = token;
            i++;
        }
        if (length < word.length) {
            words[w] = Arrays.copyOf(word, length);
        }
    }

    /** Only pairs with the new token become more frequent. */
    private void grow(int left, int right, int w) {
        if (grownSize == grown.length) {
            grown = Arrays.copyOf(grown, 2 * grownSize);
        }
        grown[grownSize++] = pairs.add(PairTable.pair(left, right), counts[w], w);
    }

    private int addToken(String spelling) {
        tokens.add(spelling);
        ids.put(spelling, tokens.size() - 1);
        return tokens.size() - 1;
    }
}
