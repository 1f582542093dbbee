package org.weft.dl4j.network;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What Weft asks of either kind of Deeplearning4j network. Owned by one thread, as they are. */
public sealed interface Network permits LayerNetwork, GraphNetwork {

    /** The network itself, initialised where it was not. */
    static Network of(Model model) {
        if (model instanceof MultiLayerNetwork layers) {
            return new LayerNetwork(layers);
        }
        if (model instanceof ComputationGraph graph) {
            return new GraphNetwork(graph);
        }
        throw new IllegalArgumentException("neither a MultiLayerNetwork nor a ComputationGraph: " + model);
    }

    Model model();

    /** Its configuration as JSON. */
    String toJson();

    /** Whether it trains by truncated back-propagation through time. */
    boolean truncatesBackPropagation();

    /** All parameters, (1, P), as one run of memory. */
    INDArray params();

    /** Where back-propagation leaves its gradient, (1, P), laid out as the parameters are. */
    INDArray gradients();

    BaseMultiLayerUpdater<?> updater();

    /** Views of the parts of {@link #gradients} that are a mean over a batch already: running statistics. */
    default List<INDArray> meanGradients() {
        return updater().getUpdaterBlocks().stream()
                .flatMap(block -> block.getLayersAndVariablesInBlock().stream())
                .filter(param -> !param.getLayer().updaterDivideByMinibatch(param.getParamName()))
                .map(param -> gradients()
                        .get(
                                NDArrayIndex.all(),
                                NDArrayIndex.interval(param.getParamOffsetStart(), param.getParamOffsetEnd())))
                .toList();
    }

    List<Layer> layers();

    /** Name of a layer, the first part of its parameters' names. */
    String nameOf(Trainable layer);

    NeuralNetConfiguration conf(Layer layer);

    /**
     * Forward and backward of a batch in training mode; the gradient is left in {@link #gradients}, summed over examples
     * but for what layers do not sum.
     *
     * @return the score: the batch's mean loss, with the penalties of L1 and L2
     */
    double gradientAndScore(MultiDataSet batch);

    /** The score of a batch without dropout. */
    double score(MultiDataSet batch);

    int iteration();

    int epoch();

    /** Sets what schedules of dropout and of learning rates go by. */
    void setCounts(int iteration, int epoch);

    /** What the model's {@code score()} says from now on. */
    void setScore(double score);
}
