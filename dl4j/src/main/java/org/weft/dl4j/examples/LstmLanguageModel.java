package org.weft.dl4j.examples;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.tokens.SampleOrder;
import org.weft.dl4j.ParameterServerTrainingMaster;

/**
 * A language model of words: an embedding and two LSTM layers, with dropout before the second and DropConnect on the weights
 * of both, those that lead from step to step among them. Definitions of WordNet's nouns, or lines of a text.
 */
record LstmLanguageModel() implements ExampleNetwork {
    private static final int LENGTH = 20; // T
    private static final int WIDTH = 96; // D
    private static final int VOCABULARY = 1000; // V, at most
    private static final int GLOSSES = 10_000;
    private static final int FEWEST_WINDOWS = 100;

    @Override
    public String name() {
        return "lstm-language-model";
    }

    @Override
    public List<String> networks() {
        return List.of("lstm");
    }

    @Override
    public ExampleData load(ExampleSource source) throws IOException {
        int glosses = source.small() ? 2000 : GLOSSES;
        List<String> lines = source.input() != null ? lines(source.input()) : Glosses.read("noun", 1, glosses);
        List<String> mixed = shuffled(lines);
        int part = Math.max(1, mixed.size() / 20);
        if (mixed.size() < 3) {
            throw tooShort(source, lines.size(), 0);
        }
        List<String> learnt = mixed.subList(0, mixed.size() - 2 * part);
        Words words = Words.of(learnt, source.small() ? 200 : VOCABULARY);
        int most = source.small() ? 64 : Integer.MAX_VALUE;
        List<DataSet> train = Words.windows(words.numbers(learnt), LENGTH, source.small() ? 512 : Integer.MAX_VALUE);
        List<DataSet> validation = Words.windows(
                words.numbers(mixed.subList(learnt.size(), learnt.size() + part)), LENGTH, Math.min(most, 500));
        List<DataSet> test =
                Words.windows(words.numbers(mixed.subList(learnt.size() + part, mixed.size())), LENGTH, most);
        if (train.size() < FEWEST_WINDOWS || validation.isEmpty() || test.isEmpty()) {
            throw tooShort(source, lines.size(), train.size());
        }
        return new ExampleData(
                train,
                validation,
                test,
                words.words(),
                test.stream()
                        .limit(ExampleData.SHOWN)
                        .map(window -> new ExampleData.Shown(words.written(window), ""))
                        .toList(),
                LENGTH,
                words.unigramPerplexity(test),
                List.of(String.format(
                        Locale.ROOT,
                        "%,d lines of %s, a twentieth of them for validation and one for the test; %,d windows of %d words to"
                                + " learn from; a vocabulary of %,d",
                        lines.size(),
                        source.input() == null ? "WordNet 3.1, the definitions of nouns" : source.input(),
                        train.size(),
                        LENGTH,
                        words.words().size())));
    }

    private static WeftException tooShort(ExampleSource source, int lines, int windows) {
        return WeftException.invalidData(
                source.input() + " has " + lines + " lines, which are " + windows + " windows of " + LENGTH
                        + " words to learn from",
                "give a longer text, its sentences or paragraphs on lines of their own");
    }

    private static List<String> lines(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw WeftException.invalidData(file + " is not a file", "give a text file in UTF-8");
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (CharacterCodingException e) {
            throw new WeftException(
                    ExitStatus.INVALID_DATA, file + " is not in UTF-8", "iconv -t UTF-8 writes it anew", e);
        }
    }

    private static List<String> shuffled(List<String> lines) {
        List<String> shuffled = new ArrayList<>(lines.size());
        if (!lines.isEmpty()) {
            SampleOrder order = new SampleOrder(1, lines.size());
            IntStream.range(0, lines.size()).forEach(i -> shuffled.add(lines.get((int) order.sample(0, i))));
        }
        return shuffled;
    }

    @Override
    public Model network(String network, ExampleData data) {
        int vocabulary = data.classes().size();
        return new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(5e-3))
                .list()
                .layer(new EmbeddingSequenceLayer.Builder()
                        .nIn(vocabulary)
                        .nOut(WIDTH)
                        .inputLength(data.steps())
                        .build()) // (B, D, T)
                .layer(lstm().build())
                .layer(lstm().dropOut(0.8).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.SPARSE_MCXENT) // Labels are numbers, (B, 1, T).
                        .nIn(WIDTH)
                        .nOut(vocabulary)
                        .activation(Activation.SOFTMAX)
                        .build()) // (B, V, T)
                .setInputType(InputType.recurrent(vocabulary, data.steps()))
                .build());
    }

    private static LSTM.Builder lstm() {
        return new LSTM.Builder()
                .nIn(WIDTH)
                .nOut(WIDTH)
                .weightNoise(new DropConnect(0.9)) // Kept with 0.9, as Deeplearning4j counts.
                .activation(Activation.TANH);
    }

    @Override
    public ParameterServerTrainingMaster.Builder settings(
            String network, ParameterServerTrainingMaster.Builder master) {
        return master.microBatch(16).lanes(4).clipNorm(5);
    }

    @Override
    public int epochs(String network, boolean small) {
        return small ? 2 : 3;
    }
}
