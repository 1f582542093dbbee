package org.weft.dl4j.examples;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What a network says of some rows, a prediction a row, or a row and time step.
 *
 * @param loss mean of -log p of what is right, without penalties
 * @param right classes, row by row and within a row step by step
 * @param predicted the most probable ones
 */
record Outcome(double loss, int[] right, int[] predicted) {
    private static final int BATCH = 100;

    /** Of a network that ends in a softmax, (B, C) or (B, C, T); labels are one of C, (B, C), or numbers, (B, 1, T). */
    static Outcome of(Model network, List<DataSet> rows, int steps) {
        int[] right = new int[rows.size() * steps];
        int[] predicted = new int[rows.size() * steps];
        double loss = 0;
        for (int from = 0; from < rows.size(); from += BATCH) {
            DataSet batch = DataSet.merge(rows.subList(from, Math.min(rows.size(), from + BATCH)));
            INDArray output = output(network, batch);
            INDArray labels = batch.getLabels();
            INDArray best = output.argMax(1); // (B) or (B, T)
            INDArray one = labels.rank() == 2 ? labels.argMax(1) : null; // (B)
            for (int i = 0; i < batch.numExamples(); i++) {
                for (int t = 0; t < steps; t++) {
                    int at = (from + i) * steps + t;
                    right[at] = one != null ? one.getInt(i) : labels.getInt(i, 0, t);
                    predicted[at] = best.rank() == 1 ? best.getInt(i) : best.getInt(i, t);
                    double p = output.rank() == 2 ? output.getDouble(i, right[at]) : output.getDouble(i, right[at], t);
                    loss -= Math.log(Math.max(Float.MIN_NORMAL, p));
                }
            }
        }
        return new Outcome(loss / Math.max(1, right.length), right, predicted);
    }

    private static INDArray output(Model network, DataSet batch) {
        if (network instanceof MultiLayerNetwork layers) {
            return layers.output(batch.getFeatures(), false, batch.getFeaturesMaskArray(), batch.getLabelsMaskArray());
        }
        INDArray mask = batch.getFeaturesMaskArray();
        return ((ComputationGraph) network)
                .output(false, new INDArray[] {batch.getFeatures()}, mask == null ? null : new INDArray[] {mask}, null)[
                0];
    }

    double accuracy() {
        int same = 0;
        for (int i = 0; i < right.length; i++) {
            same += right[i] == predicted[i] ? 1 : 0;
        }
        return (double) same / Math.max(1, right.length);
    }

    double perplexity() {
        return Math.exp(loss);
    }

    /** How often a class, the row, was taken for another, the column. */
    long[][] confusion(int classes) {
        long[][] counts = new long[classes][classes];
        for (int i = 0; i < right.length; i++) {
            counts[right[i]][predicted[i]]++;
        }
        return counts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcome o
                && loss == o.loss
                && Arrays.equals(right, o.right)
                && Arrays.equals(predicted, o.predicted);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(predicted);
    }

    @Override
    public String toString() {
        return "loss " + loss + ", accuracy " + accuracy();
    }
}
