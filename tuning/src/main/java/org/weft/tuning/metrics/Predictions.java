package org.weft.tuning.metrics;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of an evaluation: what was right and what the model said. One class for each kind of task. Immutable and safe
 * for use by many threads.
 */
public sealed interface Predictions
        permits AnswerPredictions,
                ChoicePredictions,
                ClassPredictions,
                EmbeddingPredictions,
                LanguagePredictions,
                MultiLabelPredictions,
                PreferencePredictions,
                RegressionPredictions,
                TagPredictions,
                TextPredictions {

    /** A row as it leaves an executor: what is right of it, and what the model said. */
    interface Row extends Serializable {}

    /** Rows of one kind, as the kind's own type. */
    static <R extends Row> List<R> rows(List<? extends Row> rows, Class<R> kind) {
        return rows.stream().map(kind::cast).toList();
    }

    /** Hugging Face's name for the kind of task, with underscores. */
    String task();

    int rows();

    /** One of the rows. */
    Row row(int row);

    /** Of classes, labels or tags; empty where there are none. */
    default List<String> names() {
        return List.of();
    }

    /** Metrics by name, the most telling first, always the same names in the same order; NaN where one has no value. */
    Map<String, Double> metrics();

    /**
     * Some of the rows.
     *
     * @param rows their numbers, from 0, in any order and as often as wanted
     */
    Predictions select(int[] rows);

    /** Those of the metrics that groups of rows are compared by: the two most telling. */
    default Map<String, Double> groupMetrics() {
        Map<String, Double> first = new LinkedHashMap<>();
        metrics().entrySet().stream().limit(2).forEach(metric -> first.put(metric.getKey(), metric.getValue()));
        return first;
    }

    /** Precision, recall and F1 of each class, label or type of entity, where there are such. */
    default Optional<ByClass> byClass() {
        return Optional.empty();
    }

    /** Which class was taken for which, where a row is of one class. */
    default Optional<ConfusionMatrix> confusionMatrix() {
        return Optional.empty();
    }

    /** What was decided of each row class by class, where rows are of classes or have labels. */
    default Optional<Decisions> decisions() {
        return Optional.empty();
    }

    /** Whether probabilities can be believed, where a row is of one class. */
    default Optional<Reliability> calibration() {
        return Optional.empty();
    }

    /** The numbers themselves, where rows have a number. */
    default Optional<Numbers> numbers() {
        return Optional.empty();
    }

    /**
     * Numbers beside each other.
     *
     * @param labels (N)
     * @param predictions (N)
     */
    record Numbers(double[] labels, double[] predictions) {}

    /** How wrong the model was on a row: 0 where it was right, else more, comparable between rows of one task. */
    double error(int row);

    /** What was right, for people to read. */
    String expected(int row);

    /** What the model said, for people to read. */
    String predicted(int row);
}
