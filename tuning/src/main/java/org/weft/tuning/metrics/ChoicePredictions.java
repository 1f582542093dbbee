package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.core.WeftException;

/**
 * A question with several endings, of which a language model takes the likeliest, as a whole or for its length; the first
 * of equals. Rows may have different numbers of endings.
 */
public final class ChoicePredictions implements Predictions {
    private final Row[] rows;
    private final int[] choices; // (N, as a whole | for its length)

    /**
     * A row as it leaves an executor.
     *
     * @param label the number of the right ending
     * @param logLikelihoods of each ending after the question, the sum over its tokens, (endings)
     * @param lengths of each ending, in tokens or in bytes, (endings)
     */
    public record Row(int label, double[] logLikelihoods, int[] lengths) implements Predictions.Row {}

    private ChoicePredictions(Row[] rows, int[] choices) {
        this.rows = rows;
        this.choices = choices;
    }

    /** @throws WeftException where a row's label is no ending, or an ending has no likelihood or no length */
    public static ChoicePredictions of(List<Row> rows) {
        int[] choices = new int[rows.size() * 2];
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            int endings = row.logLikelihoods().length;
            Rows.check(row.lengths().length == endings, row.lengths().length + " lengths of " + endings, i);
            Rows.check(row.label() >= 0 && row.label() < endings, "label " + row.label() + " of " + endings, i);
            double[] normalized = new double[endings];
            for (int ending = 0; ending < endings; ending++) {
                Rows.checkFinite(row.logLikelihoods()[ending], "log-likelihood", i);
                Rows.check(row.lengths()[ending] > 0, "an ending of length " + row.lengths()[ending], i);
                normalized[ending] = row.logLikelihoods()[ending] / row.lengths()[ending];
            }
            choices[2 * i] = Probabilities.largest(row.logLikelihoods(), 0, endings);
            choices[2 * i + 1] = Probabilities.largest(normalized, 0, endings);
        }
        return new ChoicePredictions(rows.toArray(Row[]::new), choices);
    }

    @Override
    public String task() {
        return "multiple_choice";
    }

    @Override
    public int rows() {
        return rows.length;
    }

    @Override
    public Row row(int row) {
        return rows[row];
    }

    @Override
    public Map<String, Double> metrics() {
        int right = 0;
        int rightForLength = 0;
        for (int i = 0; i < rows.length; i++) {
            right += choices[2 * i] == rows[i].label() ? 1 : 0;
            rightForLength += choices[2 * i + 1] == rows[i].label() ? 1 : 0;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", (double) right / rows.length);
        metrics.put("accuracy_normalized", (double) rightForLength / rows.length);
        return metrics;
    }

    @Override
    public ChoicePredictions select(int[] chosen) {
        Row[] some = Arrays.stream(chosen).mapToObj(row -> rows[row]).toArray(Row[]::new);
        return new ChoicePredictions(some, Rows.select(choices, 2, chosen));
    }

    /** By how many nats the likeliest ending is ahead of the right one. */
    @Override
    public double error(int row) {
        double[] likelihoods = rows[row].logLikelihoods();
        return likelihoods[choices[2 * row]] - likelihoods[rows[row].label()];
    }

    @Override
    public String expected(int row) {
        return "ending " + rows[row].label();
    }

    @Override
    public String predicted(int row) {
        return String.format(Locale.ROOT, "ending %d, for its length %d", choices[2 * row], choices[2 * row + 1]);
    }
}
