package org.weft.dl4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.weft.core.WeftException;

class ServerPlanTest {

    private static NeuralNetConfiguration.ListBuilder network(
            NeuralNetConfiguration.Builder base, IUpdater first, IUpdater second) {
        return base.list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(3).updater(first).build())
                .layer(new OutputLayer.Builder().nIn(3).nOut(2).updater(second).build());
    }

    private static ServerPlan plan(MultiLayerConfiguration.Builder conf) {
        return ServerPlan.of(Network.of(new MultiLayerNetwork(conf.build())), 10, 40, step -> step / 10);
    }

    private static NeuralNetConfiguration.Builder base() {
        return new NeuralNetConfiguration.Builder();
    }

    @Test
    void namesParametersAsDeeplearning4jDoes() {
        ServerPlan plan = plan(network(base(), new Adam(0.1), new Adam(0.1)));
        assertThat(plan.layout().parameters()).extracting("name").containsExactly("0_W", "0_b", "1_W", "1_b");
        assertThat(plan.layout().size()).isEqualTo(17);
        assertThat(plan.settings())
                .containsEntry("optimizer", "adam")
                .containsEntry("epsilon_hat", true)
                .containsEntry("learning_rates", List.of("0:0.1"));
    }

    @Test
    void layersMayHaveRatesOfTheirOwn() {
        ServerPlan plan = plan(network(base(), new Sgd(0.1), new Sgd(0.4)));
        assertThat(plan.settings()).containsEntry("learning_rate", 0.4);
        assertThat(plan.layout().parameters()).extracting(p -> p.rule().rate()).containsExactly(0.25, 0.25, 1.0, 1.0);
    }

    @Test
    void aScheduleByEpochsIsAFewNumbers() {
        Sgd halving = new Sgd(new StepSchedule(ScheduleType.EPOCH, 0.8, 0.5, 1));
        assertThat(plan(network(base(), halving, halving)).settings())
                .containsEntry("learning_rates", List.of("0:0.4", "20:0.2", "30:0.1"));
    }

    @Test
    void namesEverythingThatServersCannotDo() {
        NeuralNetConfiguration.Builder base = base().gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .constrainWeights(new MaxNormConstraint(1, 1));
        assertThatThrownBy(() -> plan(
                        network(base, new RmsProp(0.1), new AdaGrad(0.1)).backpropType(BackpropType.TruncatedBPTT)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("0_W has the updater RmsProp")
                .hasMessageContaining("1_b has the updater AdaGrad")
                .hasMessageContaining("layer 0 has gradientNormalization=ClipL2PerLayer")
                .hasMessageContaining("layer 1 has constraints")
                .hasMessageContaining("TruncatedBPTT");
    }

    @Test
    void allParametersNeedOneUpdater() {
        assertThatThrownBy(() -> plan(network(base(), new Sgd(0.1), new Adam(0.1))))
                .hasMessageContaining("1_W has the updater {optimizer=adam")
                .hasMessageContaining("0_W has {optimizer=sgd}");
        assertThatThrownBy(() -> plan(network(base(), new Nesterovs(0.1, 0.9), new Nesterovs(0.1, 0.8))))
                .hasMessageContaining("momentum=0.8");
        Nesterovs scheduled = new Nesterovs(0.1, new ExponentialSchedule(ScheduleType.ITERATION, 0.9, 0.99));
        assertThatThrownBy(() -> plan(network(base(), scheduled, scheduled)))
                .hasMessageContaining("0_W has a schedule of the momentum");
    }

    @Test
    void schedulesNeedOneShape() {
        Sgd falling = new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.9));
        assertThatThrownBy(() -> plan(network(base(), falling, new Sgd(0.1))))
                .hasMessageContaining("has a schedule of another shape: step=11");
    }

    @Test
    void otherStepsThanBatchMeansAreRefused() {
        assertThatThrownBy(() -> plan(network(base().miniBatch(false), new Sgd(0.1), new Sgd(0.1))))
                .hasMessageContaining("layer 0 has miniBatch=false");
        assertThatThrownBy(() -> plan(network(base().weightDecay(0.1, false), new Sgd(0.1), new Sgd(0.1))))
                .hasMessageContaining("0_W has weight decay without the learning rate");
    }
}
