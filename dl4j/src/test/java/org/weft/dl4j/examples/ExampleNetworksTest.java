package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.weft.core.config.TrainingConfig;
import org.weft.dl4j.ParameterServerTrainingMaster;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.network.Network;
import org.weft.dl4j.network.ServerPlan;

/** Each example's networks are ones that servers can train, on data of the shape that they take. */
class ExampleNetworksTest {
    private static final int STEPS = 2;

    @TempDir
    Path folder;

    private ExampleSource small(Path input) {
        return new ExampleSource(input, folder.resolve("data"), null, true, said -> {});
    }

    @Test
    void perceptronAndConvolutionTrainOnDigits() throws IOException {
        ExampleData digits = new DigitsCnn().load(small(TestDigits.writeIdx(folder, 800, 120)));
        assertThat(digits.train()).hasSize(640);
        assertThat(digits.validation()).hasSize(80);
        assertThat(digits.test()).hasSize(100);
        assertThat(digits.shown()).hasSize(10).allMatch(shown -> shown.picture().startsWith("data:image/png"));
        trains(new DigitsCnn(), digits);
    }

    @Test
    void theMlpTrainsOnATable() throws IOException {
        Path file = folder.resolve("table.csv");
        StringBuilder table = new StringBuilder("a,b,kind\n");
        for (int i = 0; i < 60; i++) {
            table.append(i % 7).append(',').append(i % 3 == 0 ? "" : "word" + i % 2);
            table.append(',').append(i % 7 > 3 ? "high" : "low").append('\n');
        }
        Files.writeString(file, table);
        ExampleData data = new TabularMlp().load(small(file));
        assertThat(data.classes()).containsExactly("high", "low");
        trains(new TabularMlp(), data);
    }

    @Test
    void theLanguageModelTrainsOnGlosses() throws IOException {
        ExampleData data = new LstmLanguageModel().load(small(null));
        assertThat(data.train()).hasSize(512);
        assertThat(data.classes()).hasSize(200).startsWith("<unk>", "<eos>");
        assertThat(data.guess()).isBetween(2.0, 200.0);
        trains(new LstmLanguageModel(), data);
    }

    @Test
    void theClassifierTrainsOnGlosses() throws IOException {
        ExampleData data = new AttentionClassifier().load(small(null));
        assertThat(data.train()).hasSize(400);
        trains(new AttentionClassifier(), data);
        assertThatThrownBy(() -> new AttentionClassifier().load(small(folder))).hasMessageContaining("no --input");
    }

    @Test
    void aGraphIsJudgedAsItsLayersAre() throws IOException {
        ExampleData digits = new DigitsCnn().load(small(TestDigits.writeIdx(folder, 300, 40)));
        MultiLayerNetwork layers = (MultiLayerNetwork) new DigitsCnn().network("perceptron", digits);
        layers.init();
        ComputationGraph graph = layers.toComputationGraph();
        assertThat(Outcome.of(graph, digits.test(), 1)).isEqualTo(Outcome.of(layers, digits.test(), 1));
    }

    @Test
    void twoRunsOfTheSameDataHaveOneName() throws IOException {
        ExampleSource source = small(TestDigits.writeIdx(folder, 300, 40));
        assertThat(new DigitsCnn().load(source).sha256())
                .isEqualTo(new DigitsCnn().load(source).sha256())
                .hasSize(64);
    }

    private static void trains(ExampleNetwork example, ExampleData data) {
        for (String network : example.networks()) {
            TrainingConfig training = example.settings(network, new ParameterServerTrainingMaster.Builder("unused"))
                    .config();
            Model fresh = example.network(network, data);
            ServerPlan plan = ServerPlan.of(Network.of(fresh), 0, STEPS, step -> 0);
            assertThat(plan.settings()).containsKey("optimizer");
            ExampleOrder order = new ExampleOrder(42, data.train().size(), 0, 0, true);
            INDArray params = new SingleProcess(data.train(), order, training).train(fresh, STEPS);
            assertThat(params.length()).isEqualTo(plan.layout().size());
            Outcome outcome = Outcome.of(fresh, data.test(), data.steps());
            assertThat(outcome.loss()).as(network).isFinite().isPositive();
            assertThat(outcome.right()).hasSize(data.test().size() * data.steps());
            long[][] confusion = outcome.confusion(data.classes().size());
            assertThat(Arrays.stream(confusion).flatMapToLong(Arrays::stream).sum())
                    .isEqualTo(outcome.right().length);
            assertThat(IntStream.range(0, confusion.length)
                                    .mapToLong(i -> confusion[i][i])
                                    .sum()
                            / (double) outcome.right().length)
                    .isEqualTo(outcome.accuracy());
        }
    }
}
