package org.weft.dl4j.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.weft.dl4j.ParameterServerTrainingMaster;

/**
 * Self-attention over the words of a gloss says whether it defines a noun, a verb, an adjective or an adverb. Words are
 * hashed, glosses cut at 16 words, shorter ones masked. Accuracy at least 0.70; chance is 0.25.
 */
record AttentionClassifier() implements ExampleNetwork {
    private static final int VOCABULARY = 4000; // V
    private static final int LENGTH = 16; // T
    private static final int WIDTH = 32;
    private static final int TRAIN = 1500; // of each part of speech
    private static final int TEST = 200;

    @Override
    public String name() {
        return "attention-classifier";
    }

    @Override
    public MultiLayerConfiguration network() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(3e-3))
                .list()
                .layer(new EmbeddingSequenceLayer.Builder()
                        .nIn(VOCABULARY)
                        .nOut(WIDTH)
                        .inputLength(LENGTH)
                        .build()) // (B, D, T)
                .layer(new SelfAttentionLayer.Builder()
                        .nIn(WIDTH)
                        .nOut(WIDTH)
                        .nHeads(2)
                        .projectInput(true)
                        .build())
                .layer(new GlobalPoolingLayer.Builder(PoolingType.AVG).build()) // (B, D)
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(WIDTH)
                        .nOut(Glosses.PARTS_OF_SPEECH.size())
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(VOCABULARY, LENGTH))
                .build();
    }

    @Override
    public List<DataSet> train() throws IOException {
        return examples(0, TRAIN);
    }

    @Override
    public List<DataSet> test() throws IOException {
        return examples(TRAIN, TRAIN + TEST);
    }

    /** Glosses [from, to) of each part of speech, one of each in turn. */
    private static List<DataSet> examples(int from, int to) throws IOException {
        List<List<String>> glosses = new ArrayList<>();
        for (String part : Glosses.PARTS_OF_SPEECH) {
            glosses.add(Glosses.read(part, 2, to));
        }
        List<DataSet> examples = new ArrayList<>();
        for (int i = from; i < to; i++) {
            for (int part = 0; part < glosses.size(); part++) {
                examples.add(example(glosses.get(part).get(i), part));
            }
        }
        return examples;
    }

    private static DataSet example(String gloss, int part) {
        String[] words = gloss.split("[^a-z]+", -1);
        INDArray features = Nd4j.zeros(1, 1, LENGTH); // (1, 1, T)
        INDArray mask = Nd4j.zeros(1, LENGTH); // (1, T)
        for (int t = 0; t < Math.min(LENGTH, words.length); t++) {
            features.putScalar(0, 0, t, Math.floorMod(words[t].hashCode(), VOCABULARY));
            mask.putScalar(0, t, 1);
        }
        INDArray label = Nd4j.zeros(1, Glosses.PARTS_OF_SPEECH.size());
        label.putScalar(0, part, 1);
        return new DataSet(features, label, mask, null);
    }

    @Override
    public ParameterServerTrainingMaster.Builder settings(ParameterServerTrainingMaster.Builder master) {
        return master.epochs(3).microBatch(16).lanes(4);
    }

    @Override
    public String metric() {
        return "accuracy on 800 glosses";
    }

    @Override
    public double measure(MultiLayerNetwork network, List<DataSet> test) {
        return Measures.accuracy(network, test);
    }

    @Override
    public boolean passes(double accuracy) {
        return accuracy >= 0.70;
    }
}
