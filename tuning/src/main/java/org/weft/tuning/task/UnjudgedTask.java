package org.weft.tuning.task;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.tuning.metrics.Predictions;

/** A text of which nothing says what is right: rows have that text, and nothing is judged. */
interface UnjudgedTask extends Task {

    /** Of the text. */
    String textColumn();

    /** Why nothing is judged, and what is to be evaluated instead. */
    WeftException nothingToJudge();

    @Override
    default List<String> inputColumns() {
        return List.of(textColumn());
    }

    @Override
    default List<String> targetColumns() {
        return List.of();
    }

    @Override
    default void check(Fields row, boolean labelled) {
        row.text(textColumn());
    }

    @Override
    default boolean judged() {
        return false;
    }

    @Override
    default Predictions.Row judge(Fields row, Prediction said) {
        throw nothingToJudge();
    }

    @Override
    default Predictions predictions(List<Predictions.Row> judged) {
        throw nothingToJudge();
    }
}
