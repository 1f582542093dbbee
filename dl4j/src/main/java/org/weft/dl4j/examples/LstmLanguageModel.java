package org.weft.dl4j.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.weft.dl4j.ParameterServerTrainingMaster;

/**
 * A language model of characters: two LSTM layers with dropout between them, on windows of 32 characters of WordNet's
 * glosses. Perplexity of a character at most 11 on glosses that it has not seen; their unigrams' is 17.5.
 */
record LstmLanguageModel() implements ExampleNetwork {
    /** V = 29: the end of a gloss and all that is none of the others, space, letters, comma. */
    private static final String CHARACTERS = "\0 abcdefghijklmnopqrstuvwxyz,";

    private static final int LENGTH = 32; // T
    private static final int WIDTH = 64;

    @Override
    public String name() {
        return "lstm-language-model";
    }

    @Override
    public MultiLayerConfiguration network() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-2))
                .list()
                .layer(new LSTM.Builder()
                        .nIn(CHARACTERS.length())
                        .nOut(WIDTH)
                        .activation(Activation.TANH)
                        .build())
                .layer(new LSTM.Builder()
                        .nIn(WIDTH)
                        .nOut(WIDTH)
                        .activation(Activation.TANH)
                        .dropOut(0.9)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(WIDTH)
                        .nOut(CHARACTERS.length())
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    @Override
    public List<DataSet> train() throws IOException {
        return windows(Glosses.read("noun", 10, 8000), 3200);
    }

    @Override
    public List<DataSet> test() throws IOException {
        return windows(Glosses.read("verb", 20, 600), 300);
    }

    /** Windows of T + 1 characters, as T inputs and the T that follow them: (1, V, T) each. */
    private static List<DataSet> windows(List<String> glosses, int count) {
        String text = String.join("\0", glosses);
        List<DataSet> windows = new ArrayList<>();
        for (int at = 0; windows.size() < count && at + LENGTH < text.length(); at += LENGTH) {
            INDArray inputs = Nd4j.zeros(1, CHARACTERS.length(), LENGTH);
            INDArray targets = Nd4j.zeros(1, CHARACTERS.length(), LENGTH);
            for (int t = 0; t < LENGTH; t++) {
                inputs.putScalar(0, code(text.charAt(at + t)), t, 1);
                targets.putScalar(0, code(text.charAt(at + t + 1)), t, 1);
            }
            windows.add(new DataSet(inputs, targets));
        }
        return windows;
    }

    private static int code(char character) {
        return Math.max(0, CHARACTERS.indexOf(character));
    }

    @Override
    public ParameterServerTrainingMaster.Builder settings(ParameterServerTrainingMaster.Builder master) {
        return master.epochs(3).microBatch(16).lanes(4).clipNorm(5);
    }

    @Override
    public String metric() {
        return "perplexity of a character, other glosses";
    }

    @Override
    public double measure(MultiLayerNetwork network, List<DataSet> test) {
        return Math.exp(network.score(DataSet.merge(test)) / LENGTH);
    }

    @Override
    public boolean passes(double perplexity) {
        return perplexity <= 11;
    }
}
