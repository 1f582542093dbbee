package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.core.config.DatasetConfig;
import org.weft.tuning.metrics.MultiLabelPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.Probabilities;
import org.weft.tuning.task.PredictionColumn.Cells;

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
        return row.labels(labelColumn).stream().distinct().toList();
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
        return new LabelSet(labels, chosen, probabilities);
    }

    /**
     * The labels of probability 1/2 or more.
     *
     * @param probabilities in the order of all labels
     */
    record LabelSet(Labels all, List<String> labels, double[] probabilities) implements Prediction {
        @Override
        public List<Object> cells() {
            return List.of(labels, byLabel());
        }

        @Override
        public Map<String, Double> byLabel() {
            return all.with(probabilities);
        }
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(PredictionColumn.prediction(Cells.TEXTS), PredictionColumn.probabilities());
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        boolean[] right = new boolean[labels.size()]; // (K)
        row.labels(labelColumn).forEach(name -> right[labels.known(name, labelColumn)] = true);
        return new MultiLabelPredictions.Row(right, ((LabelSet) said).probabilities());
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return MultiLabelPredictions.ofRows(labels.names(), Predictions.rows(judged, MultiLabelPredictions.Row.class));
    }
}
