package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ClassTally;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.model.TaskHead.Pooling;
import org.weft.engine.Evaluated;

/** Texts that contrast: the gradient, and what an evaluation makes of vectors that anyone can compare. */
class ContrastTest {
    private static final int LENGTH = 5;
    private static final int VOCABULARY = 11;

    private static Batch texts(int parts, double scale, boolean symmetric) {
        int sequences = 3 * parts;
        int[] lengths = IntStream.range(0, sequences).map(i -> 2 + (i * 2) % 4).toArray();
        int[] inputs = IntStream.range(0, sequences * LENGTH)
                .map(i -> (7 * i * i + 3) % VOCABULARY)
                .toArray();
        return new Batch(sequences, LENGTH, inputs, lengths, lengths, new Targets.Contrast(parts, scale, symmetric));
    }

    private static ModelShape shape(ModelConfig model, Pooling pooling) {
        TaskHead head = TaskHead.vectors(pooling);
        return new ModelShape(model, VOCABULARY, Adaptation.whole(head));
    }

    @ParameterizedTest
    @CsvSource({"MEAN, 2, false", "MEAN, 3, true", "FIRST, 2, true", "LAST, 3, false"})
    void gradientsAgreeWithFiniteDifferences(Pooling pooling, int parts, boolean symmetric) {
        Batch batch = texts(parts, 3, symmetric);
        FiniteDifferencesTest.compare(
                shape(Replicas.bert(2, 8, 2, LENGTH, 0, VOCABULARY).config(), pooling), batch);
        if (pooling != Pooling.FIRST) {
            FiniteDifferencesTest.compare(
                    shape(Replicas.llama(2, 16, 4, LENGTH, VOCABULARY).config(), pooling), batch);
        }
    }

    @Test
    void anEvaluationComparesWhatPoolingGives() {
        Batch batch = texts(2, 5, false);
        ModelShape shape = shape(Replicas.bert(2, 8, 2, LENGTH, 0, VOCABULARY).config(), Pooling.MEAN);
        try (TorchReplica replica = Replicas.open(shape, 7)) {
            float[][] vectors = replica.pooled(batch, Pooling.MEAN);
            double loss = 0;
            int right = 0;
            for (int anchor = 0; anchor < 3; anchor++) {
                double[] scores = new double[3];
                for (int other = 0; other < 3; other++) {
                    scores[other] = 5 * cosine(vectors[2 * anchor], vectors[2 * other + 1]);
                }
                int own = anchor;
                double largest =
                        IntStream.range(0, 3).mapToDouble(i -> scores[i]).max().orElseThrow();
                loss += Math.log(IntStream.range(0, 3)
                        .mapToDouble(i -> Math.exp(scores[i] - scores[own]))
                        .sum());
                right += scores[own] == largest ? 1 : 0;
            }
            Evaluated evaluated = replica.evaluate(batch);
            assertThat(evaluated.loss()).isCloseTo(loss, within(1e-5)).isEqualTo(replica.loss(batch));
            assertThat(evaluated.classes()).containsExactly(new ClassTally(0, right, 3, 3));
        }
    }

    /** As rows that are there twice stand beside each other, and those at the end of one epoch and the beginning of the next. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTextIsNotFarFromItself(boolean symmetric) {
        ModelShape shape = shape(Replicas.bert(2, 8, 2, LENGTH, 0, VOCABULARY).config(), Pooling.MEAN);
        int[] row = {1, 2, 3, 0, 0, 4, 5, 6, 7, 0};
        int[] other = {9, 8, 0, 0, 0, 7, 1, 1, 0, 0};
        try (TorchReplica replica = Replicas.open(shape, 7)) {
            assertThat(replica.evaluate(beside(symmetric, row, row)).loss()).isZero();
            Evaluated once = replica.evaluate(beside(symmetric, row, other));
            assertThat(once.loss()).isGreaterThan(0.1);
            Evaluated twice = replica.evaluate(beside(symmetric, row, other, row));
            assertThat(twice.loss()).isGreaterThan(once.loss()).isLessThan(2 * once.loss() + Math.log(2));
            assertThat(twice.loss()).isEqualTo(replica.loss(beside(symmetric, row, other, row)));
        }
        FiniteDifferencesTest.compare(shape, beside(symmetric, row, other, row));
    }

    private static Batch beside(boolean symmetric, int[]... rows) {
        int[] inputs = Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
        int[] lengths = IntStream.range(0, 2 * rows.length)
                .map(i -> (int) IntStream.range(0, LENGTH)
                        .filter(j -> inputs[i * LENGTH + j] != 0)
                        .count())
                .toArray();
        return new Batch(lengths.length, LENGTH, inputs, lengths, lengths, new Targets.Contrast(2, 3, symmetric));
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    /** Whatever else a model predicts, its vectors are there: those of a text do not depend on what fills it up. */
    @Test
    void aLanguageModelHasVectorsToo() {
        try (TorchReplica replica = Replicas.open(Replicas.llama(2, 16, 4, LENGTH, VOCABULARY), 7)) {
            Batch padded = Batch.ofTokens(2, 5, new int[] {1, 2, 3, 0, 0, 4, 5, 6, 7, 8}, new int[10]);
            Batch told = new Batch(
                    2, 5, padded.inputs(), new int[] {3, 5}, new int[] {3, 5}, new Targets.Contrast(2, 1, false));
            Batch alone = Batch.ofTokens(1, 3, new int[] {1, 2, 3}, new int[3]);
            for (Pooling pooling : Pooling.values()) {
                float[] expected = replica.pooled(alone, pooling)[0];
                float[] actual = replica.pooled(told, pooling)[0];
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i]).as(pooling + " " + i).isCloseTo(expected[i], within(1e-5f));
                }
            }
        }
    }
}
