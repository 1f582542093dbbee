package org.weft.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.weft.core.SplitMix64;

/** Small networks and the data that they learn: whether two coordinates have one sign. */
public final class Networks {
    private Networks() {}

    public static MultiLayerConfiguration perceptron(IUpdater updater, double dropout) {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(updater)
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(2)
                        .nOut(16)
                        .dropOut(dropout == 0 ? 0 : 1 - dropout)
                        .build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nIn(16)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    /** Data sets of {@code size} examples each. */
    public static List<DataSet> signs(int sets, int size) {
        long start = SplitMix64.start(11);
        List<DataSet> all = new ArrayList<>();
        for (int set = 0; set < sets; set++) {
            INDArray features = Nd4j.zeros(size, 2);
            INDArray labels = Nd4j.zeros(size, 2);
            for (int i = 0; i < size; i++) {
                long at = 2L * (set * size + i);
                double x = 2 * SplitMix64.uniform(start, at) - 1;
                double y = 2 * SplitMix64.uniform(start, at + 1) - 1;
                features.putScalar(i, 0, x).putScalar(i, 1, y);
                labels.putScalar(i, x * y > 0 ? 1 : 0, 1);
            }
            all.add(new DataSet(features, labels));
        }
        return all;
    }
}
