package org.weft.tuning.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.weft.corpus.privacy.Scrubber;
import org.weft.tuning.metrics.Predictions;

/**
 * A row on which the model was far off.
 *
 * @param row its number, from 0
 * @param error by the task's own measure
 * @param text of the row, without what is personal or a secret, cut where it is long, empty where none was given; it may
 *     hold anything else, as may the other two
 * @param explanation of what the model says; null where nobody asked
 */
public record WorstRow(
        int row, double error, String expected, String predicted, String text, RowExplanation explanation) {
    static final int MOST = 20;
    static final int LONGEST = 1000;

    /** The numbers of the rows that are wrong and shown, those with the largest error first. */
    public static List<Integer> numbers(Predictions predictions) {
        return IntStream.range(0, predictions.rows())
                .filter(row -> predictions.error(row) > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> -predictions.error(row)))
                .limit(MOST)
                .toList();
    }

    /** The rows that are wrong, those with the largest error first. */
    static List<WorstRow> of(Predictions predictions, List<String> texts) {
        return of(predictions, texts, Map.of());
    }

    /** The same with explanations by the rows' numbers. */
    static List<WorstRow> of(Predictions predictions, List<String> texts, Map<Integer, RowExplanation> explanations) {
        UnaryOperator<String> shown = Scrubber.ofExamples(List.of()).texts();
        return numbers(predictions).stream()
                .map(row -> new WorstRow(
                        row,
                        predictions.error(row),
                        cut(shown.apply(predictions.expected(row))),
                        cut(shown.apply(predictions.predicted(row))),
                        texts.isEmpty() || texts.get(row) == null ? "" : cut(shown.apply(texts.get(row))),
                        explanations.get(row)))
                .toList();
    }

    private static String cut(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + "\u2026";
    }
}
