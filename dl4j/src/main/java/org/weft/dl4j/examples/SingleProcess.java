package org.weft.dl4j.examples;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.SplitMix64;
import org.weft.core.config.TrainingConfig;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.network.Network;

/**
 * The same training in one process with Deeplearning4j alone: its layers, its updater, the same micro-batches with the same
 * seeds, their gradients added up in the same order: Adam makes much of the rounding of sums that are nearly zero. What Weft's
 * result is compared with.
 */
record SingleProcess(List<DataSet> examples, ExampleOrder order, TrainingConfig training) {

    /** Trains a fresh network for some steps. */
    INDArray train(Model fresh, int steps) {
        Network network = Network.of(fresh);
        // Held: a network that is cleared after a batch makes another, without state, when asked again.
        BaseMultiLayerUpdater<?> updater = network.updater();
        for (int step = 0; step < steps; step++) {
            INDArray gradient = clipped(sum(network, step, 0, training.lanes()));
            network.gradients().assign(gradient);
            int epoch = order.epoch(training.globalBatch(), step);
            updater.update(fresh.gradient(), step, epoch, 1, LayerWorkspaceMgr.noWorkspaces());
            network.params().subi(network.gradients());
        }
        return network.params();
    }

    /** The mean gradient of lanes [first, first + lanes), added up as Weft's lane tree is. */
    private INDArray sum(Network network, int step, int first, int lanes) {
        if (lanes > 1) {
            INDArray left = sum(network, step, first, lanes / 2);
            return left.addi(sum(network, step, first + lanes / 2, lanes / 2));
        }
        INDArray sum = Nd4j.zeros(1, network.params().length());
        for (int m = 0; m < training.microBatchesPerLane(); m++) {
            Nd4j.getRandom().setSeed(SplitMix64.start(order.seed(), step, first, m));
            sum.addi(gradient(network, step, first, m).divi(training.globalBatch()));
        }
        return sum;
    }

    private INDArray gradient(Network network, int step, int lane, int microBatch) {
        List<DataSet> batch = new ArrayList<>();
        for (long number : order.examples(training, step, lane, microBatch)) {
            batch.add(examples.get((int) number));
        }
        network.gradientAndScore(DataSet.merge(batch).toMultiDataSet());
        for (INDArray mean : network.meanGradients()) {
            mean.muli(batch.size());
        }
        return network.gradients();
    }

    private INDArray clipped(INDArray gradient) {
        double norm = gradient.norm2Number().doubleValue();
        return training.clipNorm() > 0 && norm > training.clipNorm()
                ? gradient.muli(training.clipNorm() / norm)
                : gradient;
    }
}
