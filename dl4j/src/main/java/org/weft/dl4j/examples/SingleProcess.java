package org.weft.dl4j.examples;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.SplitMix64;
import org.weft.core.config.TrainingConfig;
import org.weft.dl4j.data.ExampleOrder;

/**
 * The same training in one process with Deeplearning4j alone: its layers, its updater, the same micro-batches with the same
 * seeds, their gradients added up. What Weft's result is compared with.
 */
record SingleProcess(List<DataSet> examples, ExampleOrder order, TrainingConfig training) {

    /** Trains a fresh network for some steps. */
    INDArray train(MultiLayerConfiguration conf, int steps) {
        MultiLayerNetwork network = new MultiLayerNetwork(conf);
        network.init();
        network.initGradientsView();
        for (int step = 0; step < steps; step++) {
            INDArray sum = Nd4j.zeros(1, network.numParams());
            for (int lane = 0; lane < training.lanes(); lane++) {
                for (int m = 0; m < training.microBatchesPerLane(); m++) {
                    Nd4j.getRandom().setSeed(SplitMix64.start(order.seed(), step, lane, m));
                    sum.addi(gradient(network, step, lane, m));
                }
            }
            clip(sum);
            network.getFlattenedGradients().assign(sum);
            Gradient gradient = network.gradient();
            network.getUpdater()
                    .update(
                            network,
                            gradient,
                            step,
                            order.epoch(training.globalBatch(), step),
                            training.globalBatch(),
                            LayerWorkspaceMgr.noWorkspaces());
            network.params().subi(network.getFlattenedGradients());
        }
        return network.params();
    }

    private INDArray gradient(MultiLayerNetwork network, int step, int lane, int microBatch) {
        List<DataSet> batch = new ArrayList<>();
        for (long number : order.examples(training, step, lane, microBatch)) {
            batch.add(examples.get((int) number));
        }
        DataSet merged = DataSet.merge(batch);
        network.setInput(merged.getFeatures());
        network.setLabels(merged.getLabels());
        if (merged.hasMaskArrays()) {
            network.setLayerMaskArrays(merged.getFeaturesMaskArray(), merged.getLabelsMaskArray());
        }
        network.computeGradientAndScore();
        network.clearLayerMaskArrays();
        return network.getFlattenedGradients();
    }

    /** The norm of the mean gradient, while the sum is what the updater wants. */
    private void clip(INDArray sum) {
        double norm = sum.norm2Number().doubleValue() / training.globalBatch();
        if (training.clipNorm() > 0 && norm > training.clipNorm()) {
            sum.muli(training.clipNorm() / norm);
        }
    }
}
