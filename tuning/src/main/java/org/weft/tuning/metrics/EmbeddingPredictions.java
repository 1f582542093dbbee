package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Anchors that look for their positives among those of all rows, by cosine. A row's rank is 1 and how many positives are nearer to its
 * anchor than its own.
 */
public final class EmbeddingPredictions implements Predictions {
    private static final int[] DEPTHS = {1, 5, 10};
    /** That are compared with a positive while it is in the processor's cache. */
    private static final int ANCHORS = 64;

    private final int[] ranks; // (N), from 1
    private final int among;

    /**
     * A row as it leaves an executor: vectors of length 1.
     *
     * @param anchor (D)
     * @param positive (D)
     */
    public record Row(float[] anchor, float[] positive) implements Predictions.Row {}

    /** A row once it was ranked. */
    private record Ranked(int rank) implements Predictions.Row {}

    private EmbeddingPredictions(int[] ranks, int among) {
        this.ranks = ranks;
        this.among = among;
    }

    /** Compares each anchor with each positive: N times N products of D numbers. */
    public static EmbeddingPredictions of(List<Row> rows) {
        int[] ranks = new int[rows.size()];
        IntStream.range(0, (rows.size() + ANCHORS - 1) / ANCHORS)
                .parallel()
                .forEach(block -> rank(rows, block * ANCHORS, ranks));
        return new EmbeddingPredictions(ranks, rows.size());
    }

    /** Ranks a block of rows, whose anchors stay at hand while the positives of all rows go by once. */
    private static void rank(List<Row> rows, int from, int[] ranks) {
        int to = Math.min(rows.size(), from + ANCHORS);
        double[] own = new double[to - from];
        for (int row = from; row < to; row++) {
            own[row - from] = cosine(rows.get(row).anchor(), rows.get(row).positive());
            Rows.checkFinite(own[row - from], "cosine", row);
            ranks[row] = 1;
        }
        for (Row other : rows) {
            for (int row = from; row < to; row++) {
                ranks[row] += cosine(rows.get(row).anchor(), other.positive()) > own[row - from] ? 1 : 0;
            }
        }
    }

    /** Of vectors of length 1. */
    private static double cosine(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }

    @Override
    public String task() {
        return "sentence_similarity";
    }

    @Override
    public int rows() {
        return ranks.length;
    }

    @Override
    public Predictions.Row row(int row) {
        return new Ranked(ranks[row]);
    }

    /** Recall at 1, 5 and 10, and the mean of 1 / rank. */
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int depth : DEPTHS) {
            long found = Arrays.stream(ranks).filter(rank -> rank <= depth).count();
            metrics.put("recall_at_" + depth, found / (double) ranks.length);
        }
        metrics.put("mrr", Arrays.stream(ranks).mapToDouble(rank -> 1.0 / rank).sum() / ranks.length);
        return metrics;
    }

    @Override
    public EmbeddingPredictions select(int[] rows) {
        return new EmbeddingPredictions(Rows.select(ranks, 1, rows), among);
    }

    @Override
    public double error(int row) {
        return ranks[row] - 1;
    }

    @Override
    public String expected(int row) {
        return "rank 1 of " + among;
    }

    @Override
    public String predicted(int row) {
        return "rank " + ranks[row];
    }
}
