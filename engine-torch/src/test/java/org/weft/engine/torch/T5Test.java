package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.examples.Example;
import org.weft.core.model.ModelShape;
import org.weft.engine.Decoder;
import org.weft.engine.GradientListener;
import org.weft.engine.ModelReplica;
import org.weft.engine.RecomputingDecoder;
import org.weft.engine.ReplicaOptions;

/** What an encoder with a decoder has beside what every family has; its numbers are judged by the golden logits of hub. */
class T5Test {
    private static final int VOCABULARY = 13;
    private static final String FIRST = "tie_word_embeddings: true";
    private static final String GATED = "gated_perceptron: true, decoder_layers: 1, head_dim: 5";

    private static ModelShape shape(String keys) {
        return Replicas.configured(
                "{architecture: t5, layers: 2, width: 8, heads: 2, mlp_width: 12, context: 24, relative_buckets: 8,"
                        + " relative_distance: 6, " + keys + "}",
                VOCABULARY);
    }

    /** Texts of several lengths on both sides. */
    private static List<Example> examples() {
        return List.of(
                Example.answered(tokens(1, 5), 0, tokens(2, 3)),
                Example.answered(tokens(3, 9), 0, tokens(4, 1)),
                Example.answered(tokens(5, 2), 0, tokens(6, 7)));
    }

    private static int[] tokens(int from, int count) {
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> (from * 5 + i * i * 3 + i) % VOCABULARY);
        return tokens;
    }

    private static Batch batch() {
        return PaddedBatch.of(examples(), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST, GATED, FIRST + ", dropout: 0.2"})
    void gradientsAgreeWithFiniteDifferences(String keys) {
        FiniteDifferencesTest.compare(shape(keys), batch());
    }

    @Test
    void whatFillsABatchUpIsSeenByNobody() {
        try (TorchReplica replica = Replicas.open(shape(FIRST), 3)) {
            List<Double> alone = new ArrayList<>();
            for (Example example : examples()) {
                alone.add(replica.loss(PaddedBatch.of(List.of(example), true)));
            }
            double[] told = new double[3];
            double sum = replica.accumulateGradient(
                    batch(), 1, Replicas.KEY, GradientListener.NONE, (sequence, nats) -> told[sequence] = nats);
            assertThat(sum)
                    .isCloseTo(alone.stream().mapToDouble(Double::doubleValue).sum(), within(1e-4));
            for (int i = 0; i < told.length; i++) {
                assertThat(told[i]).isCloseTo(alone.get(i), within(1e-4));
            }
        }
    }

    /** The pieces that are computed again are a function of the states of both sides. */
    @Test
    void recomputedActivationsGiveTheSameBits() {
        ModelShape shape = shape(GATED + ", dropout: 0.1");
        TrainingConfig training = ConfigLoader.load("test", "training: {recompute: true}", List.of("run.dir=/x"))
                .training();
        try (TorchReplica kept = Replicas.open(shape, 3);
                TorchReplica again = TorchReplica.open(shape, ReplicaOptions.training("cpu", 1, training))) {
            Replicas.initialize(again, 3);
            assertThat(Replicas.gradientOf(again, batch(), Replicas.KEY))
                    .isEqualTo(Replicas.gradientOf(kept, batch(), Replicas.KEY));
        }
    }

    @Test
    void productsInHalfPrecisionStayNear() {
        TrainingConfig training = ConfigLoader.load("test", "training: {precision: bf16}", List.of("run.dir=/x"))
                .training();
        try (TorchReplica whole = Replicas.open(shape(GATED), 3);
                TorchReplica half = TorchReplica.open(shape(GATED), ReplicaOptions.training("cpu", 1, training))) {
            Replicas.initialize(half, 3);
            assertThat(half.loss(batch())).isCloseTo(whole.loss(batch()), within(0.02 * whole.loss(batch())));
            float[] gradient = Replicas.gradientOf(half, batch(), Replicas.KEY);
            assertThat(gradient).isNotEqualTo(new float[gradient.length]);
        }
    }

    /** Rows of several lengths, of which one takes over another's text and what was read for it. */
    @ParameterizedTest
    @ValueSource(strings = {FIRST, GATED})
    void keptKeysGiveWhatAWholePassGives(String keys) {
        try (TorchReplica replica = Replicas.open(shape(keys), 3);
                Decoder cached = replica.decoder(3);
                Decoder plain = new RecomputingDecoder(replica, 3)) {
            for (int row = 0; row < 3; row++) {
                int[] source = tokens(row, 3 + 6 * row);
                same(cached.begin(row, source), plain.begin(row, source));
                assertThat(cached.length(row)).isEqualTo(1).isEqualTo(plain.length(row));
            }
            follow(cached, plain, new int[] {0, 1, 2}, 3);
            follow(cached, plain, new int[] {2, 0}, 4);
            for (Decoder decoder : List.of(cached, plain)) {
                decoder.reorder(new int[] {2, 2, 0});
            }
            follow(cached, plain, new int[] {0, 1, 2}, 5);
            assertThat(cached.length(0)).isEqualTo(plain.length(0)).isEqualTo(13);
        }
    }

    private static void follow(Decoder cached, Decoder plain, int[] rows, int steps) {
        for (int step = 0; step < steps; step++) {
            int[] next = new int[rows.length];
            Arrays.setAll(next, i -> (3 * i + 7) % VOCABULARY);
            float[][] actual = cached.append(rows, next);
            float[][] expected = plain.append(rows, next);
            for (int i = 0; i < rows.length; i++) {
                same(actual[i], expected[i]);
            }
        }
    }

    @Test
    void aTextOfOneSideIsRefused() {
        try (TorchReplica replica = Replicas.open(shape(FIRST), 3);
                Decoder decoder = replica.decoder(1)) {
            assertThatThrownBy(() -> replica.logits(new int[] {1, 2}, 0))
                    .hasMessage("t5 reads a text and writes another");
            assertThatThrownBy(() -> replica.loss(Replicas.batch(1, 2, 5, VOCABULARY)))
                    .hasMessageContaining("one text is read, another written");
            assertThatThrownBy(() -> decoder.begin(0, new int[25]))
                    .hasMessageContaining("row 0 of 25 tokens does not fit model.context=24");
        }
        try (ModelReplica other = Replicas.open(Replicas.shape(1, 8, 2, 5, 11), 1)) {
            assertThatThrownBy(() -> other.answerLogits(new int[] {1}, new int[0]))
                    .hasMessageContaining("it reads none beside");
        }
    }

    private static void same(float[] actual, float[] expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }
}
