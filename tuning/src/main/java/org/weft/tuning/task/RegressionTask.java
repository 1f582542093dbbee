package org.weft.tuning.task;

import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.RegressionPredictions;
import org.weft.tuning.task.PredictionColumn.Cells;

/** A number for a text or a pair. */
record RegressionTask(TextInput input, String labelColumn) implements TextLabelTask {

    RegressionTask(DatasetConfig dataset) {
        this(TextInput.of(dataset), dataset.labelColumn());
    }

    @Override
    public void check(Fields row, boolean labelled) {
        TextLabelTask.super.check(row, labelled);
        if (labelled) {
            row.number(labelColumn);
        }
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        return input.encode(row, encoder, labelled ? new float[] {(float) row.number(labelColumn)} : null, 1);
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        return new Value(outputs[0]);
    }

    /** The number. */
    record Value(double value) implements Prediction {
        @Override
        public List<Object> cells() {
            return List.of(value);
        }
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(PredictionColumn.prediction(Cells.NUMBER));
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        return new RegressionPredictions.Row(row.number(labelColumn), ((Value) said).value());
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return RegressionPredictions.of(Predictions.rows(judged, RegressionPredictions.Row.class));
    }
}
