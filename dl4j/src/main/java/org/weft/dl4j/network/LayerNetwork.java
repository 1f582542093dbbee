package org.weft.dl4j.network;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Layers one after the other. */
record LayerNetwork(MultiLayerNetwork model) implements Network {
    LayerNetwork {
        if (!model.isInitCalled()) {
            model.init();
        }
        if (model.getFlattenedGradients() == null) {
            model.initGradientsView();
        }
    }

    @Override
    public String toJson() {
        return model.getLayerWiseConfigurations().toJson();
    }

    @Override
    public boolean truncatesBackPropagation() {
        return model.getLayerWiseConfigurations().getBackpropType() == BackpropType.TruncatedBPTT;
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
        return (BaseMultiLayerUpdater<?>) model.getUpdater();
    }

    @Override
    public List<Layer> layers() {
        return List.of(model.getLayers());
    }

    @Override
    public String nameOf(Trainable layer) {
        return Integer.toString(layers().indexOf(layer));
    }

    @Override
    public NeuralNetConfiguration conf(Layer layer) {
        return model.getLayerWiseConfigurations().getConf(layers().indexOf(layer));
    }

    @Override
    public double gradientAndScore(MultiDataSet batch) {
        model.setInput(batch.getFeatures(0));
        model.setLabels(batch.getLabels(0));
        if (batch.hasMaskArrays()) {
            model.setLayerMaskArrays(batch.getFeaturesMaskArray(0), batch.getLabelsMaskArray(0));
        }
        model.computeGradientAndScore();
        double score = model.score();
        model.clearLayerMaskArrays();
        model.clear();
        return score;
    }

    @Override
    public double score(MultiDataSet batch) {
        return model.score(new DataSet(
                batch.getFeatures(0), batch.getLabels(0), batch.getFeaturesMaskArray(0), batch.getLabelsMaskArray(0)));
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
        model.setIterationCount(iteration);
        model.setEpochCount(epoch);
    }

    @Override
    public void setScore(double score) {
        model.setScore(score);
    }
}
