package org.weft.corpus.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntConsumer;
import org.weft.corpus.tokenizer.BpeModel.Merge;

/**
 * Learns the merges of a BPE from word counts (Sennrich, Haddow and Birch, "Neural machine translation of rare words
 * with subword units", 2016): again and again, the most frequent pair of neighbouring tokens becomes a token. Only the
 * words that hold the pair are touched, and a heap finds the next pair; its entries may be out of date and are checked
 * when they come up.
 *
 * <p>Of pairs that are equally frequent the one with the smaller ids comes first, so that the result is a function of
 * the counts alone. A pair seen once is no pair. Owned by one thread.
 */
final class MergeLearner {
    private static final long LEAST_COUNT = 2;

    /** A pair of neighbours and its count when the entry was made; most frequent first, then by ids. */
    private record Candidate(long count, long pair) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byCount = Long.compare(other.count, count);
            return byCount != 0 ? byCount : Long.compare(pair, other.pair);
        }
    }

    /** How often a pair occurs, and the words in which it may. */
    private static final class Occurrences {
        long count;
        int[] words = new int[2];
        int size;

        void addWord(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            if (size == words.length) {
                words = Arrays.copyOf(words, 2 * size);
            }
            words[size++] = word;
        }
    }

    private final int[][] words; // each word's tokens
    private final long[] counts;
    private final Map<Long, Occurrences> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> heap = new PriorityQueue<>();
    private final Set<Long> grown = new HashSet<>();
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<Merge> merges = new ArrayList<>();

    /**
     * @param words ids of each word's bytes; changed in place
     * @param counts how often each word occurs
     */
    MergeLearner(int[][] words, long[] counts) {
        this.words = words;
        this.counts = counts;
        ByteAlphabet alphabet = new ByteAlphabet();
        for (int id = 0; id < ByteAlphabet.SIZE; id++) {
            addToken(alphabet.spellId(id));
        }
    }

    /**
     * Learns until there are {@code vocabulary} tokens, or no pair is left that occurs twice.
     *
     * @param progress told the number of tokens after each merge
     */
    BpeModel learn(int vocabulary, IntConsumer progress) {
        for (int w = 0; w < words.length; w++) {
            for (int i = 0; i + 1 < words[w].length; i++) {
                count(words[w][i], words[w][i + 1], w);
            }
        }
        pairs.forEach((pair, found) -> heap.add(new Candidate(found.count, pair)));
        while (tokens.size() < vocabulary) {
            Candidate best = nextPair();
            if (best == null) {
                break;
            }
            merge((int) (best.pair >>> 32), (int) best.pair);
            progress.accept(tokens.size());
        }
        return new BpeModel(List.copyOf(tokens), List.copyOf(merges));
    }

    private Candidate nextPair() {
        while (!heap.isEmpty()) {
            Candidate candidate = heap.poll();
            Occurrences found = pairs.get(candidate.pair);
            long now = found == null ? 0 : found.count;
            if (now < LEAST_COUNT) {
                continue;
            }
            if (now == candidate.count) {
                return candidate;
            }
            if (now < candidate.count) {
                heap.add(new Candidate(now, candidate.pair)); // has shrunk since; growth makes entries of its own
            }
        }
        return null;
    }

    private void merge(int left, int right) {
        merges.add(new Merge(left, right));
        String spelling = tokens.get(left) + tokens.get(right);
        Integer known = ids.get(spelling); // two different merges may spell the same token
        int token = known != null ? known : addToken(spelling);
        Occurrences found = pairs.get(pair(left, right));
        int[] holders = Arrays.copyOf(found.words, found.size);
        grown.clear();
        for (int w : holders) {
            replace(w, left, right, token);
        }
        pairs.remove(pair(left, right));
        for (long pair : grown) {
            Occurrences now = pairs.get(pair);
            if (now != null) {
                heap.add(new Candidate(now.count, pair));
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
                shrink(word[length - 1], left, w);
                grow(word[length - 1], token, w);
            }
            if (i + 2 < word.length) {
                shrink(right, word[i + 2], w);
                grow(token, word[i + 2], w);
            }
            word[length++] = token;
            i++;
        }
        if (length < word.length) {
            words[w] = Arrays.copyOf(word, length);
        }
    }

    private void shrink(int left, int right, int w) {
        pairs.get(pair(left, right)).count -= counts[w];
    }

    /** Only pairs with the new token become more frequent. */
    private void grow(int left, int right, int w) {
        count(left, right, w);
        grown.add(pair(left, right));
    }

    private void count(int left, int right, int w) {
        Occurrences found = pairs.computeIfAbsent(pair(left, right), unseen -> new Occurrences());
        found.count += counts[w];
        found.addWord(w);
    }

    private int addToken(String spelling) {
        tokens.add(spelling);
        ids.put(spelling, tokens.size() - 1);
        return tokens.size() - 1;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }
}
