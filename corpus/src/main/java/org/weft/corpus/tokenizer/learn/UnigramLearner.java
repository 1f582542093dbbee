package org.weft.corpus.tokenizer.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.weft.corpus.tokenizer.UnigramJson;
import org.weft.corpus.tokenizer.UnigramModel;

/**
 * Learns a Unigram language model (Kudo, "Subword regularization: improving neural network translation models with
 * multiple subword candidates", 2018) as SentencePiece does: from very many pieces, expectation maximization gives each
 * its probability, and those that the text loses least by are dropped, a quarter a round, until few enough are left.
 * Letters stay. Of pieces that are equally good the one whose letters come first stays.
 *
 * <p>Nothing depends on threads, partitions or the order of documents: sums are taken in a fixed order
 * ({@link PieceGraph}), logarithms by {@link StrictMath}.
 */
final class UnigramLearner {
    static final int SEEDS = 1_000_000;

    private static final int ITERATIONS = 2;
    private static final double KEPT = 0.75;
    private static final double MARGIN = 1.1; // how many more than asked for the last round leaves
    private static final double LEAST_EXPECTED = 0.5;

    private final PieceGraph graph;
    private final Consumer<String> progress;
    private PieceGraph.Expected expected;

    /**
     * @param alphabet code points, sorted
     * @param leastCount how often a piece occurs at least, letters apart
     * @param seeds pieces to begin with, beside the letters
     */
    UnigramLearner(int[] alphabet, WordCounts words, long leastCount, int seeds, Consumer<String> progress) {
        this.graph = SeedPieces.of(new WordText(alphabet, words), leastCount, seeds);
        this.progress = progress;
    }

    /** Learns at most {@code vocabulary} pieces, fewer where the words do not yield as many. */
    UnigramModel learn(int vocabulary) {
        int wanted = (int) (MARGIN * vocabulary);
        maximize(true);
        while (graph.pieces().size() > wanted) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "%d pieces, log-likelihood %.0f",
                    graph.pieces().size(),
                    expected.logLikelihood()));
            prune(Math.max(wanted, (int) (KEPT * graph.pieces().size())));
            maximize(true);
        }
        graph.keep(PieceSet.best(graph.pieces().scores(), letters(), vocabulary));
        maximize(false);
        return model();
    }

    /**
     * The same with letters that the text lacks in the place of the worst pieces, and without names that are reserved.
     *
     * @param taken spellings of other tokens, which no piece may have
     * @param most pieces that there may be
     */
    static UnigramModel withLetters(UnigramModel model, String letters, Set<String> taken, int most) {
        List<String> absent = letters.chars()
                .mapToObj(Character::toString)
                .filter(letter -> !model.pieces().contains(letter))
                .toList();
        List<String> pieces = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        int spare = most - absent.size();
        int letterPieces =
                (int) model.pieces().stream().filter(UnigramLearner::isLetter).count();
        int longer = spare - letterPieces; // pieces of several letters that there is room for
        for (int i = 0; i < model.pieces().size(); i++) {
            String piece = model.pieces().get(i);
            boolean free = !UnigramJson.isReserved(piece) && !taken.contains(piece);
            if (isLetter(piece) || (free && longer-- > 0)) {
                pieces.add(piece);
                scores.add(model.scores().get(i));
            }
        }
        double least = scores.isEmpty()
                ? 0
                : scores.stream().mapToDouble(Double::doubleValue).min().getAsDouble();
        for (String letter : absent) {
            pieces.add(letter);
            scores.add(least - 1);
        }
        return new UnigramModel(pieces, scores);
    }

    private static boolean isLetter(String piece) {
        return piece.codePointCount(0, piece.length()) == 1;
    }

    private void maximize(boolean drop) {
        for (int i = 0; i < ITERATIONS; i++) {
            expected = graph.expected(false);
            if (drop) {
                dropUnexpected();
            }
            score();
        }
    }

    private void dropUnexpected() {
        boolean[] keep = letters();
        double[] counts = expected.counts();
        double[] kept = new double[counts.length];
        int size = 0;
        for (int piece = 0; piece < keep.length; piece++) {
            keep[piece] |= counts[piece] >= LEAST_EXPECTED;
            if (keep[piece]) {
                kept[size++] = counts[piece];
            }
        }
        graph.keep(keep);
        expected = new PieceGraph.Expected(Arrays.copyOf(kept, size), expected.logLikelihood());
    }

    /** The scores of a Bayesian estimate, which makes rare pieces rarer still. */
    private void score() {
        double sum = 0;
        for (double count : expected.counts()) {
            sum += Math.max(count, LEAST_EXPECTED);
        }
        double[] scores = graph.pieces().scores();
        for (int piece = 0; piece < scores.length; piece++) {
            scores[piece] = digamma(Math.max(expected.counts()[piece], LEAST_EXPECTED)) - digamma(sum);
        }
    }

    /** Keeps letters, and the pieces without which the text would lose most of its likelihood. */
    private void prune(int size) {
        double[] counts = graph.expected(true).counts();
        double sum = 0;
        for (double count : counts) {
            sum += count;
        }
        double logSum = StrictMath.log(sum);
        double[] losses = new double[counts.length];
        boolean[] letters = letters();
        PieceGraph.Spelling spelling = graph.new Spelling();
        int[] others = new int[SeedPieces.MAX_LETTERS];
        for (int piece = 0; piece < losses.length; piece++) {
            if (letters[piece]) {
                continue;
            }
            int parts = graph.alternative(piece, spelling, others);
            if (counts[piece] == 0
                    || graph.score(others, parts) > graph.pieces().scores()[piece]) {
                losses[piece] = Double.NEGATIVE_INFINITY; // Its own letters are not spelt by it.
                continue;
            }
            double logOtherSum = StrictMath.log(sum + counts[piece] * (parts - 1));
            double logOther = 0;
            for (int i = 0; i < parts; i++) {
                logOther += StrictMath.log(counts[others[i]] + counts[piece]) - logOtherSum;
            }
            losses[piece] = counts[piece] * (StrictMath.log(counts[piece]) - logSum - logOther);
        }
        graph.keep(PieceSet.best(losses, letters, size));
    }

    private boolean[] letters() {
        byte[] lengths = graph.pieces().lengths();
        boolean[] letters = new boolean[lengths.length];
        for (int piece = 0; piece < letters.length; piece++) {
            letters[piece] = lengths[piece] == 1;
        }
        return letters;
    }

    private UnigramModel model() {
        double[] scores = graph.pieces().scores();
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(piece -> -scores[piece])) // Stable: pieces are sorted by letters.
                .mapToInt(Integer::intValue)
                .toArray();
        List<String> pieces = new ArrayList<>();
        List<Double> logs = new ArrayList<>();
        for (int piece : order) {
            pieces.add(graph.spelling(piece));
            logs.add(scores[piece]);
        }
        return new UnigramModel(pieces, logs);
    }

    /** The logarithmic derivative of the gamma function: its recurrence, then its asymptotic series. */
    static double digamma(double x) {
        double shift = 0;
        double large = x;
        while (large < 10) {
            shift -= 1 / large;
            large++;
        }
        double inverse = 1 / (large * large);
        double series = inverse * (1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse / 240)));
        return shift + StrictMath.log(large) - 0.5 / large - series;
    }
}
