package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.DatasetConfig;
import org.weft.tuning.metrics.Probabilities;

/** Any number of labels for a text or a pair. Labels of an example: 0 or 1 for each. */
record MultilabelTask(TextInput input, String labelColumn, Labels labels) implements TextLabelTask {
    private static final double HALF = 0.5;

    MultilabelTask(DatasetConfig dataset, Labels labels) {
        this(TextInput.of(dataset), dataset.labelColumn(), labels);
    }

    @Override
    public boolean hasLabels() {
        return true;
    }

    @Override
    public List<String> labels(Fields row) {
        return row.strings(labelColumn).stream().distinct().toList();
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
        float[] present = new float[labels.size()]; // (K)
        for (String label : labels(row)) {
            present[labels.index(label, row)] = 1;
        }
        return input.encode(row, encoder, present, 1);
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        double[] probabilities = new double[labels.size()]; // (K)
        List<String> chosen = new ArrayList<>();
        for (int k = 0; k < probabilities.length; k++) {
            probabilities[k] = Probabilities.sigmoid(outputs[k]);
            if (probabilities[k] >= HALF) {
                chosen.add(labels.names().get(k));
            }
        }
        return new Prediction.LabelSet(chosen, probabilities);
    }
}
