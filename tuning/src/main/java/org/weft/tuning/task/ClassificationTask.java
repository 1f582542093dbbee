package org.weft.tuning.task;

import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.tuning.metrics.Probabilities;

/** One label of some for a text or a pair. Labels of an example: the class's index. */
record ClassificationTask(TextInput input, String labelColumn, Labels labels) implements TextLabelTask {

    ClassificationTask(DatasetConfig dataset, Labels labels) {
        this(TextInput.of(dataset), dataset.labelColumn(), labels);
    }

    @Override
    public boolean hasLabels() {
        return true;
    }

    @Override
    public List<String> labels(Fields row) {
        return List.of(row.text(labelColumn));
    }

    @Override
    public int outputs() {
        return labels.size();
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        if (!labelled) {
            return input.encode(row, encoder, null, 1);
        }
        int index = labels.index(row.text(labelColumn), row);
        return input.encode(row, encoder, new float[] {index}, labels.weights().get(index));
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        double[] probabilities = Probabilities.softmax(outputs, 0, 1, labels.size());
        return new Prediction.Label(labels.names().get(Probabilities.largest(probabilities)), probabilities);
    }
}
