package org.weft.dl4j.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
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
import org.weft.core.WeftException;
import org.weft.dl4j.ParameterServerTrainingMaster;

/**
 * Self-attention over the words of a gloss says whether it defines a noun, a verb, an adjective or an adverb. Words are
 * hashed, glosses cut at 16 words, shorter ones masked.
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
    public List<String> networks() {
        return List.of("attention");
    }

    @Override
    public Model network(String network, ExampleData data) {
        return new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
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
                .build());
    }

    @Override
    public ExampleData load(ExampleSource source) throws IOException {
        if (source.input() != null) {
            throw WeftException.usage(
                    "attention-classifier has no --input: its texts are WordNet's glosses", "leave --input out");
        }
        int train = source.small() ? 100 : TRAIN;
        int test = source.small() ? 25 : TEST;
        List<Gloss> tests = examples(train + test, train + 2 * test);
        return new ExampleData(
                rows(examples(0, train)),
                rows(examples(train, train + test)),
                rows(tests),
                Glosses.PARTS_OF_SPEECH,
                tests.stream()
                        .limit(ExampleData.SHOWN)
                        .map(gloss -> new ExampleData.Shown(gloss.text(), ""))
                        .toList(),
                1,
                1.0 / Glosses.PARTS_OF_SPEECH.size(),
                List.of(String.format(
                        Locale.ROOT,
                        "%,d definitions of WordNet 3.1 of each part of speech to learn from, %d for validation, %d for the test",
                        train,
                        test,
                        test)));
    }

    /** A definition and the number of its part of speech. */
    private record Gloss(String text, int part) {}

    private static List<DataSet> rows(List<Gloss> glosses) {
        return glosses.stream().map(AttentionClassifier::row).toList();
    }

    /** Glosses [from, to) of each part of speech, one of each in turn. */
    private static List<Gloss> examples(int from, int to) throws IOException {
        List<List<String>> glosses = new ArrayList<>();
        for (String part : Glosses.PARTS_OF_SPEECH) {
            glosses.add(Glosses.read(part, 2, to));
        }
        return IntStream.range(from, to)
                .boxed()
                .flatMap(i -> IntStream.range(0, glosses.size())
                        .mapToObj(part -> new Gloss(glosses.get(part).get(i), part)))
                .toList();
    }

    private static DataSet row(Gloss gloss) {
        String[] words = gloss.text().split("[^a-z]+", -1);
        INDArray features = Nd4j.zeros(1, 1, LENGTH); // (1, 1, T)
        INDArray mask = Nd4j.zeros(1, LENGTH); // (1, T)
        for (int t = 0; t < Math.min(LENGTH, words.length); t++) {
            features.putScalar(0, 0, t, Math.floorMod(words[t].hashCode(), VOCABULARY));
            mask.putScalar(0, t, 1);
        }
        INDArray label = Nd4j.zeros(1, Glosses.PARTS_OF_SPEECH.size());
        label.putScalar(0, gloss.part(), 1);
        return new DataSet(features, label, mask, null);
    }

    @Override
    public ParameterServerTrainingMaster.Builder settings(
            String network, ParameterServerTrainingMaster.Builder master) {
        return master.microBatch(16).lanes(4);
    }

    @Override
    public int epochs(String network, boolean small) {
        return small ? 2 : 3;
    }
}
