package org.weft.tuning.task;

import org.weft.core.config.DatasetConfig;

/** A number for a text or a pair. */
record RegressionTask(TextInput input, String labelColumn) implements TextLabelTask {

    RegressionTask(DatasetConfig dataset) {
        this(TextInput.of(dataset), dataset.labelColumn());
    }

    @Override
    public int outputs() {
        return 1;
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        return input.encode(row, encoder, labelled ? new float[] {(float) row.number(labelColumn)} : null, 1);
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        return new Prediction.Value(outputs[0]);
    }
}
