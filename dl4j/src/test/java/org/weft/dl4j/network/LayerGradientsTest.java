package org.weft.dl4j.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What Deeplearning4j says the gradient of a loss is, beside central differences of that loss. */
class LayerGradientsTest {
    private static final int ROWS = 3;
    private static final int WIDTH = 4;
    private static final int STEPS = 5;
    private static final float EPSILON = 1e-2f;

    @Test
    void thatOfAnLstmIsTheGradient() {
        assertThat(largestError(new LSTM.Builder().nIn(WIDTH).nOut(WIDTH).build()))
                .isLessThan(1e-2);
    }

    /** Which Weft can do nothing about: docs/dl4j.md says so. If this fails, Deeplearning4j is mended: say that there. */
    @Test
    void thatOfALayerOfSameDiffIsNot() {
        SelfAttentionLayer attention = new SelfAttentionLayer.Builder()
                .nIn(WIDTH)
                .nOut(WIDTH)
                .nHeads(1)
                .projectInput(true)
                .build();
        assertThat(largestError(attention)).isGreaterThan(0.3);
    }

    /** The largest difference of the first layer's elements, as a share of its largest element. */
    private static double largestError(Layer first) {
        Nd4j.getRandom().setSeed(3);
        Network network = Network.of(new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.1))
                .list()
                .layer(first)
                .layer(new GlobalPoolingLayer())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(WIDTH)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(WIDTH, STEPS))
                .build()));
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}});
        INDArray features =
                Nd4j.randn(ROWS, WIDTH, STEPS).castTo(network.params().dataType());
        MultiDataSet batch = new org.nd4j.linalg.dataset.MultiDataSet(features, labels);
        network.gradientAndScore(batch);
        INDArray said = network.gradients().div(ROWS);
        INDArray params = network.params();
        int own = Math.toIntExact(network.layers().get(0).numParams());
        double largest = 0;
        double size = 0;
        RandomGenerator random = new Random(5);
        for (int k = 0; k < 40; k++) {
            int at = random.nextInt(own);
            float value = params.getFloat(at);
            params.putScalar(at, value + EPSILON);
            double above = network.score(batch);
            params.putScalar(at, value - EPSILON);
            double below = network.score(batch);
            params.putScalar(at, value);
            double measured = (above - below) / (2 * EPSILON);
            largest = Math.max(largest, Math.abs(measured - said.getDouble(at)));
            size = Math.max(size, Math.abs(measured));
        }
        return largest / size;
    }
}
