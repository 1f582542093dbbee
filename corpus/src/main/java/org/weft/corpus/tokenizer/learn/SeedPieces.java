package org.weft.corpus.tokenizer.learn;

import java.util.Arrays;

/**
 * The substrings of the counted words with which Unigram begins (Kudo, "Subword regularization", 2018, section 3.2):
 * those of up to {@value #MAX_LETTERS} letters that no longer one of the same count holds at its beginning, by their
 * count times their length; every letter is one.
 */
final class SeedPieces {
    static final int MAX_LETTERS = 16;

    private final WordText text;
    private final long leastCount;
    private final int[] begun = new int[MAX_LETTERS + 1]; // rank at which the current substring of each length began
    private int[] firstRanks = new int[1 << 12]; // of the suffixes that a piece begins
    private byte[] lengths = new byte[1 << 12];
    private double[] gains = new double[1 << 12]; // count times length
    private int size;

    private SeedPieces(WordText text, long leastCount) {
        this.text = text;
        this.leastCount = leastCount;
    }

    /**
     * The best substrings, every letter among them, each as probable as the text that it covers, and where they stand.
     *
     * @param most how many there may be, but for the letters
     */
    static PieceGraph of(WordText text, long leastCount, int most) {
        SeedPieces seeds = new SeedPieces(text, leastCount);
        int[] order = SuffixOrder.of(text, MAX_LETTERS);
        seeds.sweep(order, weights(text, order));
        return seeds.best(order, most);
    }

    /** Occurrences of the suffixes before each rank. */
    private static long[] weights(WordText text, int[] order) {
        int[] wordOf = new int[text.length()];
        for (int word = 0; word < text.words(); word++) {
            Arrays.fill(wordOf, text.start(word), text.end(word), word);
        }
        long[] before = new long[order.length + 1];
        for (int rank = 0; rank < order.length; rank++) {
            before[rank + 1] = before[rank] + text.count(wordOf[order[rank]]);
        }
        return before;
    }

    /** Goes through the suffixes in their order; where two part, the substrings that they do not share are complete. */
    private void sweep(int[] order, long[] before) {
        int open = 0; // length of the longest current substring
        for (int rank = 0; rank < order.length; rank++) {
            int shared = rank == 0 ? 0 : shared(order[rank - 1], order[rank]);
            close(open, shared, rank, before);
            open = shared;
            while (open < MAX_LETTERS && text.letter(order[rank] + open) != WordText.END) {
                begun[++open] = rank;
            }
        }
        close(open, 0, order.length, before);
    }

    private int shared(int a, int b) {
        int shared = 0;
        while (shared < MAX_LETTERS
                && text.letter(a + shared) == text.letter(b + shared)
                && text.letter(a + shared) != WordText.END) {
            shared++;
        }
        return shared;
    }

    private void close(int open, int shared, int rank, long[] before) {
        for (int length = open; length > shared; length--) {
            int from = begun[length];
            boolean within = length < open && begun[length + 1] == from && length > 1;
            long count = before[rank] - before[from];
            if (!within && (length == 1 || count >= leastCount)) {
                add(from, length, (double) count * length);
            }
        }
    }

    private void add(int firstRank, int length, double gain) {
        if (size == firstRanks.length) {
            firstRanks = Arrays.copyOf(firstRanks, 2 * size);
            lengths = Arrays.copyOf(lengths, 2 * size);
            gains = Arrays.copyOf(gains, 2 * size);
        }
        firstRanks[size] = firstRank;
        lengths[size] = (byte) length;
        gains[size++] = gain;
    }

    private PieceGraph best(int[] order, int most) {
        boolean[] letters = new boolean[size];
        int count = most;
        for (int piece = 0; piece < size; piece++) {
            letters[piece] = lengths[piece] == 1;
            count += letters[piece] ? 1 : 0;
        }
        double[] values = Arrays.copyOf(gains, size);
        PieceSet best = new PieceSet(Arrays.copyOf(firstRanks, size), Arrays.copyOf(lengths, size), values)
                .kept(PieceSet.best(values, letters, count))
                .sorted();
        double sum = 0;
        for (double gain : best.scores()) {
            sum += gain;
        }
        int[] ranks = best.places().clone();
        for (int piece = 0; piece < best.size(); piece++) {
            best.places()[piece] = order[ranks[piece]];
            best.scores()[piece] = StrictMath.log(best.scores()[piece]) - StrictMath.log(sum);
        }
        return new PieceGraph(text, best, edges(order, ranks, best.lengths()));
    }

    /** Goes through the suffixes once more: those between a piece's first and the last that shares its letters begin with it. */
    private PieceGraph.Edges edges(int[] order, int[] ranks, byte[] pieceLengths) {
        PieceGraph.Edges edges = new PieceGraph.Edges(text.length());
        for (boolean counting : new boolean[] {true, false}) {
            int[] current = new int[MAX_LETTERS + 1]; // the piece of each length that the suffix begins with, or -1
            Arrays.fill(current, -1);
            int next = 0;
            for (int rank = 0; rank < order.length; rank++) {
                int shared = rank == 0 ? 0 : shared(order[rank - 1], order[rank]);
                Arrays.fill(current, shared + 1, current.length, -1);
                for (; next < ranks.length && ranks[next] == rank; next++) {
                    current[pieceLengths[next]] = next;
                }
                for (int length = 1; length <= MAX_LETTERS; length++) {
                    if (current[length] >= 0) {
                        edges.add(order[rank], current[length], counting);
                    }
                }
            }
            edges.counted(counting);
        }
        return edges;
    }
}
