package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.batches.Batch;
import org.weft.core.config.HeadKind;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.model.TaskHead.Pooling;
import org.weft.engine.Attributions;
import org.weft.engine.ReplicaOptions;

class ExplanationTest {
    private static final int CONTEXT = 8;
    private static final int VOCABULARY = 23;
    private static final int[] TEXT = {3, 7, 1, 9, 12, 20};
    private static final int[] FROM = {3, 0, 0, 0, 0, 20};

    static Stream<ModelShape> judges() {
        return Stream.of(
                judging(Replicas.shape(2, 8, 2, CONTEXT, VOCABULARY), Pooling.LAST),
                judging(Replicas.llama(2, 16, 4, CONTEXT, VOCABULARY), Pooling.MEAN),
                judging(Replicas.bert(2, 8, 2, CONTEXT, 0, VOCABULARY), Pooling.FIRST),
                judging(Replicas.encoder("modernbert", 8, CONTEXT, 0, VOCABULARY), Pooling.MEAN));
    }

    private static ModelShape judging(ModelShape shape, Pooling pooling) {
        TaskHead head = new TaskHead(HeadKind.CLASSES, 3, pooling, 0, 0, List.of());
        return new ModelShape(shape.config(), shape.vocabSize(), new Adaptation(head, null, 0, 0.9));
    }

    private static Batch sequence(int[] tokens) {
        int[] none = new int[tokens.length];
        Arrays.fill(none, Batch.IGNORED);
        return Batch.ofTokens(1, tokens.length, tokens, none);
    }

    private static TorchReplica open(ModelShape shape, ReplicaOptions options) {
        TorchReplica replica = TorchReplica.open(shape, options);
        Replicas.initialize(replica, 5);
        return replica;
    }

    /** Completeness: what tokens have to do with an output is all by which it differs from the baseline's. */
    @ParameterizedTest
    @MethodSource("judges")
    void attributionsComeToTheDifferenceOfTheOutputs(ModelShape shape) {
        try (TorchReplica replica = open(shape, ReplicaOptions.cpu(1).frozen())) {
            for (int output = 0; output < 3; output++) {
                Attributions said = replica.attributions(sequence(TEXT), FROM, output, 50);
                assertThat(said.output()).isCloseTo(replica.outputs(sequence(TEXT))[0][output], within(1e-5));
                assertThat(said.baseline()).isCloseTo(replica.outputs(sequence(FROM))[0][output], within(1e-5));
                assertThat(said.convergenceDelta()).isCloseTo(0, within(1e-4));
                assertThat(said.gradients()[0]).isZero();
                assertThat(said.gradients()[5]).isZero();
                assertThat(said.gradients()[2]).isNotZero();
            }
        }
    }

    /** Half of each block is the token itself, and a token that is not seen brings nothing. */
    @ParameterizedTest
    @MethodSource("judges")
    void whatAttentionBringsComesToOne(ModelShape shape) {
        try (TorchReplica replica = open(shape, ReplicaOptions.cpu(1).frozen())) {
            float[] rollout = replica.attributions(sequence(TEXT), FROM, 0, 1).rollout();
            assertThat(rollout).hasSize(TEXT.length);
            double sum = 0;
            for (float part : rollout) {
                assertThat(part).isNotNegative();
                sum += part;
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
            Pooling pooling = shape.adaptation().head().pooling();
            if (pooling != Pooling.MEAN) {
                assertThat(rollout[pooling == Pooling.FIRST ? 0 : TEXT.length - 1])
                        .isGreaterThan(0.25f);
            }
        }
    }

    @Test
    void pointsAndWeightsAreThoseOfLegendre() {
        GaussLegendre three = GaussLegendre.of(3);
        double at = Math.sqrt(3.0 / 5) / 2;
        assertThat(three.points()).containsExactly(new double[] {0.5 - at, 0.5, 0.5 + at}, within(1e-13));
        assertThat(three.weights()).containsExactly(new double[] {5 / 18.0, 8 / 18.0, 5 / 18.0}, within(1e-13));
        for (int n : new int[] {1, 2, 50, 51, 300}) {
            GaussLegendre rule = GaussLegendre.of(n);
            assertThat(rule.points()).isSorted();
            int degree = Math.min(2 * n - 1, 20);
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += rule.weights()[i] * Math.pow(rule.points()[i], degree);
            }
            assertThat(sum).isCloseTo(1.0 / (degree + 1), within(1e-12));
        }
    }

    @Test
    void aReplicaThatLearnsIsNotAsked() {
        ModelShape shape = judges().findFirst().orElseThrow();
        try (TorchReplica replica = open(shape, ReplicaOptions.cpu(1))) {
            assertThatThrownBy(() -> replica.attributions(sequence(TEXT), FROM, 0, 5))
                    .hasMessageContaining("a replica that learns");
        }
    }
}
