package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.HeadKind;
import org.weft.core.examples.Example;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.model.TaskHead.Pooling;

/** Windows on both sides of a token, over several runs of tokens. */
class TwoSidedWindowTest {
    private static final int CONTEXT = 200;
    private static final int VOCABULARY = 13;

    /** Two blocks, of which the second has a window. */
    private static ModelShape shape(int window) {
        ModelShape plain = Replicas.configured(
                "{architecture: modernbert, layers: 2, width: 8, heads: 2, mlp_width: 12, context: " + CONTEXT
                        + ", sliding_window: " + window + ", full_attention_every: 2}",
                VOCABULARY);
        TaskHead head = new TaskHead(HeadKind.TOKEN_CLASSES, 3, Pooling.FIRST, 0, 0, List.of());
        return new ModelShape(plain.config(), VOCABULARY, Adaptation.whole(head));
    }

    private static Example text(int length) {
        int[] tokens = new int[length];
        Arrays.setAll(tokens, i -> (31 * i * i + 17 * i + length) % VOCABULARY);
        int[] classes = new int[length];
        Arrays.setAll(classes, i -> i % 3);
        return new Example(tokens, length, classes, null, 1);
    }

    /** What sequences are filled up with changes nothing, wherever a run is cut; far beyond a text nothing is undefined. */
    @ParameterizedTest
    @ValueSource(ints = {6, 140, 190})
    void textsOfSeveralLengthsAreWhatTheyAreAlone(int window) {
        List<Example> texts =
                IntStream.of(200, 130, 64, 3).mapToObj(TwoSidedWindowTest::text).toList();
        try (TorchReplica replica = Replicas.open(shape(window), 4)) {
            Batch padded = PaddedBatch.of(texts, false);
            float[][] together = replica.outputs(padded); // (B T, K)
            for (int b = 0; b < texts.size(); b++) {
                float[][] alone = replica.outputs(PaddedBatch.of(List.of(texts.get(b)), false));
                for (int t = 0; t < texts.get(b).tokens().length; t++) {
                    for (int k = 0; k < 3; k++) {
                        assertThat(together[b * padded.context() + t][k]).isCloseTo(alone[t][k], within(1e-5f));
                    }
                }
            }
            float[] gradient = Replicas.gradientOf(replica, padded, Replicas.KEY);
            for (float each : gradient) {
                assertThat(each).isFinite();
            }
        }
    }

    /** A window that holds the whole text is none. */
    @Test
    void aWindowThatHoldsTheTextSeesAllOfIt() {
        Batch batch = PaddedBatch.of(List.of(text(CONTEXT)), false);
        try (TorchReplica wide = Replicas.open(shape(2 * CONTEXT), 4);
                TorchReplica just = Replicas.open(shape(2 * CONTEXT - 2), 4);
                TorchReplica narrow = Replicas.open(shape(2 * CONTEXT - 4), 4)) {
            float[][] expected = wide.outputs(batch);
            assertThat(just.outputs(batch)).isDeepEqualTo(expected);
            assertThat(narrow.outputs(batch)[0]).isNotEqualTo(expected[0]);
            assertThat(narrow.outputs(batch)[CONTEXT / 2]).containsExactly(expected[CONTEXT / 2], within(1e-6f));
        }
    }
}
