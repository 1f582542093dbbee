package org.weft.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.weft.core.params.ParameterRule;
import org.weft.dl4j.network.Network;

/** Weft's replica and servers against Deeplearning4j's own fit, step by step on the same batches. */
class ServersAgreeTest {
    private static final int STEPS = 50;
    private static final int BATCH = 16;

    static Stream<Arguments> settings() {
        return Stream.of(
                arguments("sgd", base().updater(new Sgd(0.5))),
                arguments("nesterovs", base().updater(new Nesterovs(0.1, 0.9))),
                arguments("adam", base().updater(new Adam(0.02))),
                arguments("amsgrad", base().updater(new AMSGrad(0.02))),
                arguments("l1 and l2", base().updater(new Adam(0.02)).l1(0.01).l2(0.02)),
                arguments(
                        "weight decay", base().updater(new Nesterovs(0.1, 0.9)).weightDecay(0.05, true)),
                arguments("another rate of biases", base().updater(new Sgd(0.5)).biasUpdater(new Sgd(0.05))),
                arguments(
                        "schedule",
                        base().updater(new Nesterovs(new ExponentialSchedule(ScheduleType.ITERATION, 0.2, 0.97), 0.9))),
                arguments("table", base().updater(new Sgd(new MapSchedule(ScheduleType.ITERATION, steps())))),
                arguments(
                        "clipped elements",
                        base().updater(new Sgd(0.5))
                                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                                .gradientNormalizationThreshold(0.02)));
    }

    private static Map<Integer, Double> steps() {
        Map<Integer, Double> rates = new HashMap<>();
        rates.put(0, 0.5);
        rates.put(20, 0.1);
        return rates;
    }

    private static NeuralNetConfiguration.Builder base() {
        return new NeuralNetConfiguration.Builder().seed(3).activation(Activation.TANH);
    }

    private static MultiLayerConfiguration layers(NeuralNetConfiguration.Builder base) {
        return base.list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(16).build())
                .layer(output(16))
                .build();
    }

    private static OutputLayer output(int inputs) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void fitsAsDeeplearning4jDoes(String name, NeuralNetConfiguration.Builder base) {
        MultiLayerConfiguration conf = layers(base);
        MultiLayerNetwork theirs = new MultiLayerNetwork(conf.clone());
        theirs.init();
        InProcess ours = new InProcess(Network.of(new MultiLayerNetwork(conf.clone())), STEPS, BATCH);
        INDArray start = theirs.params().dup();
        assertThat(ours.params()).isEqualTo(start);
        List<DataSet> data = Networks.signs(2 * STEPS, BATCH / 2);
        for (int step = 0; step < STEPS; step++) {
            List<DataSet> halves = data.subList(2 * step, 2 * step + 2);
            double loss = ours.step(
                    step,
                    halves.stream()
                            .map(half -> (MultiDataSet) half.toMultiDataSet())
                            .toList());
            theirs.fit(DataSet.merge(halves));
            assertThat(loss).as("step %d", step).isCloseTo(theirs.score(), within(1e-5));
        }
        double distance = ours.params().sub(theirs.params()).amaxNumber().doubleValue();
        assertThat(distance).as("largest difference of a parameter").isLessThan(1e-5);
        assertThat(start.sub(theirs.params()).amaxNumber().doubleValue())
                .as("largest way of a parameter")
                .isGreaterThan(0.05);
    }

    @Test
    void runningStatisticsAndFrozenLayersAreFollowed() {
        MultiLayerConfiguration conf = base().updater(new Adam(0.02))
                .list()
                .layer(new FrozenLayer(new DenseLayer.Builder().nIn(2).nOut(16).build()))
                .layer(new BatchNormalization.Builder().nOut(16).build())
                .layer(output(16))
                .build();
        MultiLayerNetwork theirs = new MultiLayerNetwork(conf.clone());
        theirs.init();
        InProcess ours = new InProcess(Network.of(new MultiLayerNetwork(conf.clone())), STEPS, BATCH);
        assertThat(ours.plan().layout().parameters())
                .filteredOn(parameter -> parameter.rule().equals(ParameterRule.DIRECT))
                .extracting("name")
                .containsExactly("0_W", "0_b", "1_mean", "1_log10stdev");
        List<DataSet> data = Networks.signs(STEPS, BATCH);
        for (int step = 0; step < STEPS; step++) {
            ours.step(step, List.of((MultiDataSet) data.get(step).toMultiDataSet()));
            theirs.fit(data.get(step));
        }
        assertThat(ours.params().sub(theirs.params()).amaxNumber().doubleValue())
                .isLessThan(1e-5);
    }

    @Test
    void aGraphOfTwoInputsFitsToo() {
        ComputationGraphConfiguration conf = base().updater(new Adam(0.02))
                .graphBuilder()
                .addInputs("x", "y")
                .addLayer("left", new DenseLayer.Builder().nIn(2).nOut(8).build(), "x")
                .addLayer("right", new DenseLayer.Builder().nIn(2).nOut(8).build(), "y")
                .addVertex("both", new MergeVertex(), "left", "right")
                .addLayer("out", output(16), "both")
                .setOutputs("out")
                .build();
        ComputationGraph theirs = new ComputationGraph(conf.clone());
        theirs.init();
        InProcess ours = new InProcess(Network.of(new ComputationGraph(conf.clone())), STEPS, BATCH);
        assertThat(ours.plan().layout().parameters()).extracting("name").contains("left_W", "out_b");
        List<MultiDataSet> batches = new ArrayList<>();
        for (DataSet data : Networks.signs(STEPS, BATCH)) {
            batches.add(new MultiDataSet(
                    new INDArray[] {data.getFeatures(), data.getFeatures().mul(2)}, new INDArray[] {data.getLabels()}));
        }
        for (int step = 0; step < STEPS; step++) {
            ours.step(step, List.of(batches.get(step)));
            theirs.fit(batches.get(step));
        }
        assertThat(ours.params().sub(theirs.params()).amaxNumber().doubleValue())
                .isLessThan(1e-5);
    }
}
