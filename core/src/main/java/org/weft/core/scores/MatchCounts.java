package org.weft.core.scores;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.weft.core.model.ClassTally;

/**
 * For each of C classes how many were predicted, how many were truly there and how many were both: all that precision,
 * recall and F1 need, and their averages as scikit-learn's {@code precision_recall_fscore_support} has them. Owned by
 * one thread while it is added to.
 */
public final class MatchCounts {
    private final long[] truePositives; // (C)
    private final long[] predicted; // (C)
    private final long[] support; // (C)

    public MatchCounts(int classes) {
        this(new long[classes], new long[classes], new long[classes]);
    }

    private MatchCounts(long[] truePositives, long[] predicted, long[] support) {
        this.truePositives = truePositives;
        this.predicted = predicted;
        this.support = support;
    }

    /**
     * @param classes C
     * @param tallies of classes below C, in any order; what is missing was neither predicted nor there
     */
    public static MatchCounts of(int classes, List<ClassTally> tallies) {
        MatchCounts all = new MatchCounts(classes);
        for (ClassTally tally : tallies) {
            all.add(tally.of(), tally.right(), tally.predicted(), tally.there());
        }
        return all;
    }

    public void add(int of, long truePositives, long predicted, long support) {
        this.truePositives[of] += truePositives;
        this.predicted[of] += predicted;
        this.support[of] += support;
    }

    /** Of the classes that were predicted or truly there at least once: what scikit-learn averages over by default. */
    public MatchCounts present() {
        int[] kept = IntStream.range(0, support.length)
                .filter(i -> predicted[i] + support[i] > 0)
                .toArray();
        return new MatchCounts(chosen(truePositives, kept), chosen(predicted, kept), chosen(support, kept));
    }

    private static long[] chosen(long[] counts, int[] kept) {
        return Arrays.stream(kept).mapToLong(i -> counts[i]).toArray();
    }

    public Scores of(int which) {
        return Scores.of(truePositives[which], predicted[which], support[which]);
    }

    /** All classes counted together; 0 where nothing was counted. */
    public Scores micro() {
        return Scores.of(total(truePositives), total(predicted), total(support));
    }

    /** The plain mean over the classes; NaN without any. */
    public Scores macro() {
        return averaged(i -> 1, support.length == 0 ? Double.NaN : support.length);
    }

    /** The mean weighted by support; 0 where nothing was there. */
    public Scores weighted() {
        return averaged(i -> support[i], Math.max(1, total(support)));
    }

    private Scores averaged(IntToDoubleFunction weight, double weights) {
        double precision = 0;
        double recall = 0;
        double f1 = 0;
        for (int i = 0; i < support.length; i++) {
            Scores scores = of(i);
            double share = weight.applyAsDouble(i);
            precision += share * scores.precision();
            recall += share * scores.recall();
            f1 += share * scores.f1();
        }
        return new Scores(precision / weights, recall / weights, f1 / weights, total(support));
    }

    private static long total(long[] counts) {
        return Arrays.stream(counts).sum();
    }
}
