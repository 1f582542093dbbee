package org.weft.tuning.task;

import java.util.List;
import java.util.Map;
import org.weft.core.config.DatasetConfig;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.Probabilities;
import org.weft.tuning.task.PredictionColumn.Cells;

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
        return List.of(row.label(labelColumn));
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        if (!labelled) {
            return input.encode(row, encoder, null, 1);
        }
        int index = labels.index(row.label(labelColumn), row);
        return input.encode(row, encoder, new float[] {index}, labels.weights().get(index));
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        double[] probabilities = Probabilities.softmax(outputs, 0, 1, labels.size());
        return new Label(labels, Probabilities.largest(probabilities), probabilities);
    }

    /**
     * The most probable label, the first of equals.
     *
     * @param index its number
     * @param probabilities in the order of the labels
     */
    record Label(Labels labels, int index, double[] probabilities) implements Prediction {
        String label() {
            return labels.names().get(index);
        }

        @Override
        public List<Object> cells() {
            return List.of(label(), byLabel());
        }

        @Override
        public Map<String, Double> byLabel() {
            return labels.with(probabilities);
        }
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return List.of(PredictionColumn.prediction(Cells.TEXT), PredictionColumn.probabilities());
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        int right = labels.known(row.label(labelColumn), labelColumn);
        return new ClassPredictions.Row(right, ((Label) said).probabilities());
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return ClassPredictions.ofRows(labels.names(), Predictions.rows(judged, ClassPredictions.Row.class));
    }
}
