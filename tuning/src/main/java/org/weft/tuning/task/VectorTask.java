package org.weft.tuning.task;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.tuning.task.PredictionColumn.Cells;

/**
 * A text gets a vector, of whatever model: nothing is learnt, nothing judged.
 *
 * @param textColumn that is read
 * @param vectorColumn that is added
 */
public record VectorTask(String textColumn, String vectorColumn) implements UnjudgedTask {
    /** A vector. */
    public record Vector(List<Object> cells) implements Prediction {}

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        return encoder.text(row.text(textColumn).strip(), row);
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(new PredictionColumn(vectorColumn, Cells.VECTOR));
    }

    @Override
    public WeftException nothingToJudge() {
        return WeftException.usage(
                "vectors alone are neither right nor wrong", "evaluate pairs of anchor and positive");
    }
}
