package org.weft.tuning.task;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.PredictionColumn.Cells;

/**
 * A text gets a vector, of whatever model: nothing is learnt, nothing judged.
 *
 * @param textColumn that is read
 * @param vectorColumn that is added
 */
public record VectorTask(String textColumn, String vectorColumn) implements Task {
    /** A vector. */
    public record Vector(List<Object> cells) implements Prediction {}

    @Override
    public List<String> inputColumns() {
        return List.of(textColumn);
    }

    @Override
    public List<String> targetColumns() {
        return List.of();
    }

    @Override
    public void check(Fields row, boolean labelled) {
        row.text(textColumn);
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        return encoder.text(row.text(textColumn).strip(), row);
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(new PredictionColumn(vectorColumn, Cells.VECTOR));
    }

    @Override
    public boolean judged() {
        return false;
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        throw nothingToJudge();
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        throw nothingToJudge();
    }

    private static WeftException nothingToJudge() {
        return WeftException.usage(
                "vectors alone are neither right nor wrong", "evaluate pairs of anchor and positive");
    }
}
