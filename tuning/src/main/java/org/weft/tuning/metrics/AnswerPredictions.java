package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A question, or a prompt, has one or more right answers and gets one: extractive question answering, and generation that
 * is judged by what it should have said. The best of the right answers counts. Shares are of 1, not of 100.
 */
public final class AnswerPredictions implements Predictions {
    private final Row[] rows;
    private final double[] exactMatches; // (N), 0 or 1
    private final double[] f1s; // (N)

    /**
     * A row as it leaves an executor.
     *
     * @param prediction what the model said, empty for no answer
     * @param answers those that are right; none where the question has no answer
     */
    public record Row(String prediction, List<String> answers) implements Predictions.Row {}

    private AnswerPredictions(Row[] rows, double[] exactMatches, double[] f1s) {
        this.rows = rows;
        this.exactMatches = exactMatches;
        this.f1s = f1s;
    }

    /** Normalises and compares each row once. */
    public static AnswerPredictions of(List<Row> rows) {
        double[] exactMatches = new double[rows.size()];
        double[] f1s = new double[rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            String prediction = rows.get(row).prediction();
            List<String> answers = rows.get(row).answers();
            for (String answer : answers.isEmpty() ? List.of("") : answers) {
                exactMatches[row] = Math.max(exactMatches[row], AnswerText.exactMatch(prediction, answer) ? 1 : 0);
                f1s[row] = Math.max(f1s[row], AnswerText.f1(prediction, answer));
            }
        }
        return new AnswerPredictions(rows.toArray(Row[]::new), exactMatches, f1s);
    }

    @Override
    public String task() {
        return "question_answering";
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
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("exact_match", Arrays.stream(exactMatches).sum() / rows());
        metrics.put("f1", Arrays.stream(f1s).sum() / rows());
        return metrics;
    }

    @Override
    public AnswerPredictions select(int[] chosen) {
        Row[] some = Arrays.stream(chosen).mapToObj(row -> rows[row]).toArray(Row[]::new);
        return new AnswerPredictions(some, Rows.select(exactMatches, 1, chosen), Rows.select(f1s, 1, chosen));
    }

    /** What F1 lacks, and one more where it is no exact match. */
    @Override
    public double error(int row) {
        return 2 - exactMatches[row] - f1s[row];
    }

    @Override
    public String expected(int row) {
        return String.join(" | ", rows[row].answers());
    }

    @Override
    public String predicted(int row) {
        return rows[row].prediction();
    }
}
