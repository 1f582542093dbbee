package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.core.batches.PreferenceCosts;
import org.weft.core.config.Metric;
import org.weft.core.scores.PreferenceScores;

/** Which of two answers a model finds the better one, by what it has learnt and by likelihood alone. */
public final class PreferencePredictions implements Predictions {
    private final List<Row> rows;

    /**
     * A pair as it leaves an executor.
     *
     * @param costs of the pair
     * @param likelier whether the better answer is the likelier one to the model, whatever it was at the start
     */
    public record Row(PreferenceCosts costs, boolean likelier) implements Predictions.Row {}

    private PreferencePredictions(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    public static PreferencePredictions of(List<Row> rows) {
        for (int row = 0; row < rows.size(); row++) {
            Rows.checkFinite(rows.get(row).costs().loss(), "loss", row);
        }
        return new PreferencePredictions(rows);
    }

    @Override
    public String task() {
        return "preference";
    }

    @Override
    public int rows() {
        return rows.size();
    }

    @Override
    public Row row(int row) {
        return rows.get(row);
    }

    /** Accuracy by rewards, and the rewards' means, divergence and loss; then by likelihood alone. */
    @Override
    public Map<String, Double> metrics() {
        PreferenceScores sum = rows.stream()
                .map(row -> row.costs().scores())
                .reduce(PreferenceScores::plus)
                .orElseThrow();
        Map<String, Double> metrics = sum.means();
        metrics.put(
                Metric.LOSS.word(),
                rows.stream().mapToDouble(row -> row.costs().loss()).sum() / rows.size());
        metrics.put("likelihood_accuracy", rows.stream().filter(Row::likelier).count() / (double) rows.size());
        return metrics;
    }

    @Override
    public PreferencePredictions select(int[] chosen) {
        return new PreferencePredictions(
                Arrays.stream(chosen).mapToObj(rows::get).toList());
    }

    /** By how much the worse answer's reward is the greater one. */
    @Override
    public double error(int row) {
        PreferenceScores scores = rows.get(row).costs().scores();
        return Math.max(0, scores.rejected() - scores.chosen());
    }

    @Override
    public String expected(int row) {
        return shown("chosen", rows.get(row).costs().scores().chosen());
    }

    @Override
    public String predicted(int row) {
        return shown("rejected", rows.get(row).costs().scores().rejected());
    }

    private static String shown(String answer, double reward) {
        return String.format(Locale.ROOT, "%s: reward %.4f", answer, reward);
    }
}
