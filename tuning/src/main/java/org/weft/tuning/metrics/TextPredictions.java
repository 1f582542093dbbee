package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.scores.text.TextMatches;

/**
 * A prompt gets a text, which is judged beside those that would be right: as an answer, and by BLEU, chrF and ROUGE. BLEU and
 * chrF are from 0 to 100, the others of 1.
 */
public final class TextPredictions implements Predictions {
    private final AnswerPredictions answers;
    private final TextMatches[] matches; // (N)

    private TextPredictions(AnswerPredictions answers, TextMatches[] matches) {
        this.answers = answers;
        this.matches = matches;
    }

    /** Compares each row once. */
    public static TextPredictions of(List<AnswerPredictions.Row> rows) {
        TextMatches[] matches =
                rows.stream().parallel().map(TextPredictions::matches).toArray(TextMatches[]::new);
        return new TextPredictions(AnswerPredictions.of(rows), matches);
    }

    /** What a row counts in an evaluation. */
    public static TextMatches matches(AnswerPredictions.Row row) {
        List<String> right = row.answers().isEmpty() ? List.of("") : row.answers();
        boolean exact = right.stream().anyMatch(answer -> AnswerText.exactMatch(row.prediction(), answer));
        return TextMatches.of(row.prediction(), right, exact);
    }

    @Override
    public String task() {
        return "text_generation";
    }

    @Override
    public int rows() {
        return answers.rows();
    }

    @Override
    public AnswerPredictions.Row row(int row) {
        return answers.row(row);
    }

    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>(answers.metrics());
        TextMatches.sum(Arrays.asList(matches)).scores().forEach((metric, score) -> metrics.put(metric.word(), score));
        return metrics;
    }

    @Override
    public TextPredictions select(int[] chosen) {
        TextMatches[] some = Arrays.stream(chosen).mapToObj(row -> matches[row]).toArray(TextMatches[]::new);
        return new TextPredictions(answers.select(chosen), some);
    }

    @Override
    public double error(int row) {
        return answers.error(row);
    }

    @Override
    public String expected(int row) {
        return answers.expected(row);
    }

    @Override
    public String predicted(int row) {
        return answers.predicted(row);
    }
}
