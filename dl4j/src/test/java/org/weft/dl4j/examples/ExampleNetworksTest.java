package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;
import org.weft.core.config.TrainingConfig;
import org.weft.dl4j.ParameterServerTrainingMaster;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.network.Network;
import org.weft.dl4j.network.ServerPlan;

/** Each example's network is one that servers can train, on data of the shape that it takes. */
class ExampleNetworksTest {
    private static final int STEPS = 2;

    @TempDir
    Path digits;

    @Test
    void thePerceptronTrainsOnDigits() throws IOException {
        writeDigits();
        trains(new DigitsPerceptron(digits), 1000, 150);
    }

    @Test
    void theConvolutionTrainsOnDigits() throws IOException {
        writeDigits();
        trains(new DigitsConvolution(digits), 1000, 150);
    }

    @Test
    void theLanguageModelTrainsOnGlosses() throws IOException {
        trains(new LstmLanguageModel(), 300, 3200);
    }

    @Test
    void theClassifierTrainsOnGlosses() throws IOException {
        trains(new AttentionClassifier(), 800, 6000);
    }

    @Test
    void missingDigitsAreNamed() {
        assertThatThrownBy(() -> new Digits(digits).train())
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("0.json is missing");
    }

    private static void trains(ExampleNetwork example, int tests, int trainings) throws IOException {
        List<DataSet> train = example.train();
        List<DataSet> test = example.test();
        assertThat(train).hasSize(trainings);
        assertThat(test).hasSize(tests);
        TrainingConfig training = example.settings(
                        new ParameterServerTrainingMaster.Builder("unused").microBatchesPerLane(1))
                .config();
        ServerPlan plan = ServerPlan.of(Network.of(new MultiLayerNetwork(example.network())), 0, STEPS, step -> 0);
        assertThat(plan.settings()).containsKey("optimizer");
        ExampleOrder order = new ExampleOrder(42, train.size(), 0, 0, true);
        INDArray params = new SingleProcess(train, order, training).train(example.network(), STEPS);
        assertThat(params.length()).isEqualTo(plan.layout().size());
        MultiLayerNetwork trained = new MultiLayerNetwork(example.network());
        trained.init(params, false);
        double measured = example.measure(trained, test.subList(0, 100));
        assertThat(measured).isFinite().isPositive();
        assertThat(example.metric()).isNotBlank();
        assertThat(example.passes(measured)).as("after %d steps", STEPS).isFalse();
    }

    /** 115 made-up pictures of each digit. */
    private void writeDigits() throws IOException {
        long start = SplitMix64.start(5);
        for (int digit = 0; digit < Digits.CLASSES; digit++) {
            StringBuilder pixels = new StringBuilder("{\"data\": [");
            for (int i = 0; i < 115 * Digits.SIDE * Digits.SIDE; i++) {
                pixels.append(i == 0 ? "" : ",").append(SplitMix64.output(start, i) < 0 ? "0" : "0.5");
            }
            Files.writeString(digits.resolve(digit + ".json"), pixels.append("]}"));
        }
    }
}
