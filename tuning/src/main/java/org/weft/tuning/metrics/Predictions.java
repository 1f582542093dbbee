package org.weft.tuning.metrics;

import java.util.Map;

/**
 * The rows of an evaluation: what was right and what the model said. One class for each kind of task. Immutable and safe
 * for use by many threads.
 */
public sealed interface Predictions
        permits AnswerPredictions,
                ChoicePredictions,
                ClassPredictions,
                LanguagePredictions,
                MultiLabelPredictions,
                RegressionPredictions,
                TagPredictions {

    /** Hugging Face's name for the kind of task, with underscores. */
    String task();

    int rows();

    /** Metrics by name, the most telling first, always the same names in the same order; NaN where one has no value. */
    Map<String, Double> metrics();

    /**
     * Some of the rows.
     *
     * @param rows their numbers, from 0, in any order and as often as wanted
     */
    Predictions select(int[] rows);

    /** How wrong the model was on a row: 0 where it was right, else more, comparable between rows of one task. */
    double error(int row);

    /** What was right, for people to read. */
    String expected(int row);

    /** What the model said, for people to read. */
    String predicted(int row);
}
