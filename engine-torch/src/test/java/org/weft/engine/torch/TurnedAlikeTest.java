package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.HeadKind;
import org.weft.core.examples.Example;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.model.TaskHead.Pooling;

/** Models whose rotary positions follow a text's length: what is said of a text does not depend on those beside it. */
class TurnedAlikeTest {
    private static final int VOCABULARY = 30;
    private static final int ORIGINAL_CONTEXT = 12;
    /** On both sides of the original context, some of one length. */
    private static final int[] LENGTHS = {20, 3, 17, 12, 1, 17, 9};

    private static ModelShape shape(String scaling, TaskHead head) {
        ModelShape plain = Replicas.relative(scaling, 16, 24, ORIGINAL_CONTEXT, VOCABULARY);
        return new ModelShape(plain.config(), VOCABULARY, new Adaptation(head, null, 0, 0.9));
    }

    private static List<int[]> texts() {
        Random random = new Random(5);
        return IntStream.of(LENGTHS)
                .mapToObj(length -> random.ints(length, 1, VOCABULARY).toArray())
                .toList();
    }

    private static Batch batch(List<int[]> texts) {
        return PaddedBatch.of(
                texts.stream()
                        .map(text -> new Example(text, text.length, text.clone(), null, 1))
                        .toList(),
                false);
    }

    @ParameterizedTest
    @CsvSource({"longrope, CLASSES", "longrope, TOKEN_CLASSES", "dynamic, CLASSES", "dynamic, SPAN"})
    void whatIsPredictedOfATextIsItsOwn(String scaling, HeadKind kind) {
        TaskHead head = new TaskHead(kind, 2, Pooling.LAST, 0, 0, List.of());
        List<int[]> texts = texts();
        try (TorchReplica replica = Replicas.open(shape(scaling, head), 1)) {
            float[][] together = replica.outputs(batch(texts));
            float[][] pooled = replica.pooled(batch(texts), Pooling.MEAN);
            int each = together.length / texts.size();
            assertThat(each).isEqualTo(kind.ofSequence() ? 1 : 20);
            for (int i = 0; i < texts.size(); i++) {
                float[][] alone = replica.outputs(batch(List.of(texts.get(i))));
                for (int t = 0; t < alone.length; t++) {
                    same(together[i * each + t], alone[t]);
                }
                same(pooled[i], replica.pooled(batch(List.of(texts.get(i))), Pooling.MEAN)[0]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"longrope", "dynamic"})
    void soIsHowLikelyItIs(String scaling) {
        List<int[]> texts = texts();
        try (TorchReplica replica = Replicas.open(shape(scaling, TaskHead.LANGUAGE), 1)) {
            double[] together = replica.sequenceNats(batch(texts));
            for (int i = 0; i < texts.size(); i++) {
                same(
                        new float[] {(float) together[i]},
                        new float[] {(float) replica.sequenceNats(batch(List.of(texts.get(i))))[0]});
            }
        }
    }

    private static void same(float[] actual, float[] expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }
}
