package org.weft.dl4j.network;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Layers and vertices in a graph; any number of inputs and outputs. */
record GraphNetwork(ComputationGraph model) implements Network {
    GraphNetwork {
        if (model.params() == null) {
            model.init();
        }
        if (model.getFlattenedGradients() == null) {
            model.initGradientsView();
        }
    }

    @Override
    public String toJson() {
        return model.getConfiguration().toJson();
    }

    @Override
    public boolean truncatesBackPropagation() {
        return model.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT;
    }

    @Override
    public INDArray params() {
        return model.params();
    }

    @Override
    public INDArray gradients() {
        return model.getFlattenedGradients();
    }

    @Override
    public BaseMultiLayerUpdater<?> updater() {
        return model.getUpdater();
    }

    @Override
    public List<Layer> layers() {
        return List.of(model.getLayers());
    }

    @Override
    public String nameOf(Trainable layer) {
        return layer.getConfig().getLayerName();
    }

    @Override
    public NeuralNetConfiguration conf(Layer layer) {
        return layer.conf();
    }

    @Override
    public double gradientAndScore(MultiDataSet batch) {
        model.setInputs(batch.getFeatures());
        model.setLabels(batch.getLabels());
        if (batch.hasMaskArrays()) {
            model.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        }
        model.computeGradientAndScore();
        double score = model.score();
        model.clearLayerMaskArrays();
        model.clear();
        return score;
    }

    @Override
    public double score(MultiDataSet batch) {
        return model.score(batch);
    }

    @Override
    public int iteration() {
        return model.getIterationCount();
    }

    @Override
    public int epoch() {
        return model.getEpochCount();
    }

    @Override
    public void setCounts(int iteration, int epoch) {
        model.getConfiguration().setIterationCount(iteration);
        model.getConfiguration().setEpochCount(epoch);
    }

    @Override
    public void setScore(double score) {
        model.setScore(score);
    }
}
