package org.weft.tuning.report;

import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.tuning.metrics.Predictions;

/**
 * What an evaluation hands over to be reported.
 *
 * @param title of the report
 * @param facts about it, by name, in their order: model, data, checkpoint
 * @param predictions N rows
 * @param texts of the rows, N, or none; they may hold anything
 * @param columns of metadata by name, N values each, for metrics by group; a null value is a group of its own
 * @param training curves of the fine-tuning, or none
 * @param explanations of worst rows by their numbers; none where nobody asked
 */
public record EvaluationData(
        String title,
        Map<String, String> facts,
        Predictions predictions,
        List<String> texts,
        Map<String, List<String>> columns,
        List<TrainingCurve> training,
        Map<Integer, RowExplanation> explanations) {

    /** Without explanations. */
    public EvaluationData(
            String title,
            Map<String, String> facts,
            Predictions predictions,
            List<String> texts,
            Map<String, List<String>> columns,
            List<TrainingCurve> training) {
        this(title, facts, predictions, texts, columns, training, Map.of());
    }

    public EvaluationData {
        if (!texts.isEmpty()) {
            check("texts", texts.size(), predictions.rows());
        }
        columns.forEach((name, values) -> check("values of column " + name, values.size(), predictions.rows()));
    }

    /** Predictions alone. */
    public static EvaluationData of(String title, Predictions predictions) {
        return new EvaluationData(title, Map.of(), predictions, List.of(), Map.of(), List.of());
    }

    /** The same with why the model says what it says of its worst rows. */
    public EvaluationData explained(Map<Integer, RowExplanation> found) {
        return new EvaluationData(title, facts, predictions, texts, columns, training, found);
    }

    private static void check(String what, int given, int rows) {
        if (given != rows) {
            throw WeftException.invalidData(
                    given + " " + what + " for " + rows + " rows of predictions", "give one a row, in the rows' order");
        }
    }
}
