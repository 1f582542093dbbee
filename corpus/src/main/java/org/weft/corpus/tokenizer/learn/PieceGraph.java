package org.weft.corpus.tokenizer.learn;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Every way to spell every counted word by pieces: for each place of the text the pieces that stand there. Sums over it
 * are taken in {@value #BLOCKS} blocks of words, each by one thread in the words' order, and added in the blocks'
 * order: the same bits for any number of threads.
 *
 * <p>The sums are of probabilities, not of logarithms. As a word has at most {@link ScriptWords#MAX_POINTS} letters and a
 * piece's probability is multiplied by {@code exp(SCALE * letters)}, which cancels, they stay within a double's range; a
 * word for which they do not counts by its best spelling.
 */
final class PieceGraph {
    private static final int BLOCKS = 8;
    private static final double SCALE = 4;

    /** Pieces by the places where they stand; counted first, then added, in the same order. */
    static final class Edges {
        private final int[] from; // index of a place's first piece; of the place after the last one the number of all
        private int[] pieces;

        Edges(int places) {
            from = new int[places + 1];
        }

        void add(int place, int piece, boolean counting) {
            if (counting) {
                from[place + 1]++;
            } else {
                pieces[from[place]++] = piece;
            }
        }

        /** After a pass: lays the places out, or takes back how far each was filled. */
        void counted(boolean counting) {
            if (counting) {
                for (int place = 1; place < from.length; place++) {
                    from[place] = Math.addExact(from[place], from[place - 1]);
                }
                pieces = new int[from[from.length - 1]];
            } else {
                System.arraycopy(from, 0, from, 1, from.length - 1);
                from[0] = 0;
            }
        }

        /** Drops pieces in place, and gives those that stay their new numbers. */
        private void keep(int[] numbers) {
            int to = 0;
            int at = 0;
            for (int place = 0; place + 1 < from.length; place++) {
                int end = from[place + 1];
                from[place] = to;
                for (; at < end; at++) {
                    if (numbers[pieces[at]] >= 0) {
                        pieces[to++] = numbers[pieces[at]];
                    }
                }
            }
            from[from.length - 1] = to;
        }
    }

    /** What the pieces are expected to do in all words together. */
    record Expected(double[] counts, double logLikelihood) {}

    private final WordText text;
    private final Edges edges;
    private PieceSet pieces;

    PieceGraph(WordText text, PieceSet pieces, Edges edges) {
        this.text = text;
        this.pieces = pieces;
        this.edges = edges;
    }

    PieceSet pieces() {
        return pieces;
    }

    String spelling(int piece) {
        return text.spelling(pieces.places()[piece], pieces.lengths()[piece]);
    }

    void keep(boolean[] keep) {
        int[] numbers = new int[keep.length];
        int next = 0;
        for (int piece = 0; piece < keep.length; piece++) {
            numbers[piece] = keep[piece] ? next++ : -1;
        }
        pieces = pieces.kept(keep);
        edges.keep(numbers);
    }

    /** How often each piece occurs: expected over all spellings, or in the best spellings. */
    Expected expected(boolean best) {
        double[] weights = new double[pieces.size()];
        for (int piece = 0; piece < weights.length; piece++) {
            weights[piece] = StrictMath.exp(pieces.scores()[piece] + SCALE * pieces.lengths()[piece]);
        }
        Expected[] blocks = IntStream.range(0, BLOCKS)
                .parallel()
                .mapToObj(block -> block(block, weights, best))
                .toArray(Expected[]::new);
        double[] counts = blocks[0].counts();
        double logLikelihood = blocks[0].logLikelihood();
        for (int block = 1; block < BLOCKS; block++) {
            logLikelihood += blocks[block].logLikelihood();
            for (int piece = 0; piece < counts.length; piece++) {
                counts[piece] += blocks[block].counts()[piece];
            }
        }
        return new Expected(counts, logLikelihood);
    }

    private Expected block(int block, double[] weights, boolean best) {
        Spelling spelling = new Spelling();
        double[] counts = new double[weights.length];
        double logLikelihood = 0;
        int from = (int) ((long) text.words() * block / BLOCKS);
        int to = (int) ((long) text.words() * (block + 1) / BLOCKS);
        for (int word = from; word < to; word++) {
            int start = text.start(word);
            int letters = text.end(word) - start;
            double total = best ? 0 : addAll(start, letters, text.count(word), weights, counts, spelling);
            if (total > 0) {
                logLikelihood += text.count(word) * (StrictMath.log(total) - SCALE * letters);
            } else {
                logLikelihood += text.count(word) * spelling.find(start, letters, -1);
                for (int at = letters; at > 0; at -= pieces.lengths()[spelling.last[at]]) {
                    counts[spelling.last[at]] += text.count(word);
                }
            }
        }
        return new Expected(counts, logLikelihood);
    }

    /** Adds a word's expected pieces: forward and backward; gives the sum over its spellings, 0 where it is no number. */
    private double addAll(int start, int letters, long count, double[] weights, double[] counts, Spelling spelling) {
        double[] before = spelling.before;
        double[] after = spelling.after;
        Arrays.fill(before, 0, letters + 1, 0);
        before[0] = 1;
        for (int at = 0; at < letters; at++) {
            for (int e = edges.from[start + at]; e < edges.from[start + at + 1]; e++) {
                int piece = edges.pieces[e];
                before[at + pieces.lengths()[piece]] += before[at] * weights[piece];
            }
        }
        double total = before[letters];
        if (!(total > Double.MIN_NORMAL && total < Double.MAX_VALUE)) {
            return 0;
        }
        after[letters] = 1;
        for (int at = letters - 1; at >= 0; at--) {
            double sum = 0;
            double share = before[at] / total * count;
            for (int e = edges.from[start + at]; e < edges.from[start + at + 1]; e++) {
                int piece = edges.pieces[e];
                double through = weights[piece] * after[at + pieces.lengths()[piece]];
                sum += through;
                counts[piece] += share * through;
            }
            after[at] = sum;
        }
        return total;
    }

    /**
     * The pieces that would spell a piece if there were no such piece, appended to {@code into}.
     *
     * @return how many; 0 where nothing else spells it
     */
    int alternative(int piece, Spelling spelling, int[] into) {
        int letters = pieces.lengths()[piece];
        if (spelling.find(pieces.places()[piece], letters, piece) == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        int size = 0;
        for (int at = letters; at > 0; at -= pieces.lengths()[spelling.last[at]]) {
            into[size++] = spelling.last[at];
        }
        return size;
    }

    double score(int[] spelling, int size) {
        double score = size == 0 ? Double.NEGATIVE_INFINITY : 0;
        for (int i = 0; i < size; i++) {
            score += pieces.scores()[spelling[i]];
        }
        return score;
    }

    /** Room to spell one word in; owned by one thread. */
    final class Spelling {
        private final double[] before = new double[ScriptWords.MAX_POINTS + 1];
        private final double[] after = new double[ScriptWords.MAX_POINTS + 1];
        private final int[] last = new int[ScriptWords.MAX_POINTS + 1]; // piece that ends at each letter

        /** Viterbi: the most probable spelling without one piece; of equals that whose last piece is longest. */
        double find(int start, int letters, int without) {
            Arrays.fill(before, 0, letters + 1, Double.NEGATIVE_INFINITY);
            before[0] = 0;
            for (int at = 0; at < letters; at++) {
                for (int e = edges.from[start + at]; e < edges.from[start + at + 1]; e++) {
                    int piece = edges.pieces[e];
                    int end = at + pieces.lengths()[piece];
                    if (end <= letters && piece != without && before[at] + pieces.scores()[piece] > before[end]) {
                        before[end] = before[at] + pieces.scores()[piece];
                        last[end] = piece;
                    }
                }
            }
            return before[letters];
        }
    }
}
