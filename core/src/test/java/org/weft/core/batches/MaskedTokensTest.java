package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.Window;
import org.weft.core.tokens.Windows;

class MaskedTokensTest {
    private static final int CONTEXT = 100;
    private static final int VOCABULARY = 1000;
    private static final SpecialTokens SPECIAL = new SpecialTokens(999, 998, 997, SpecialTokens.NONE);

    /** Sample s is 7 s, 7 s + 1, … */
    private record Counting(int... breaks) implements Windows {
        @Override
        public long count() {
            return 50;
        }

        @Override
        public double targets() {
            return CONTEXT;
        }

        @Override
        public Window read(long sample) {
            int[] tokens = new int[CONTEXT + 1];
            Arrays.setAll(tokens, i -> (int) (sample * 7 + i) % 900);
            return new Window(tokens, CONTEXT, breaks);
        }

        @Override
        public void close() {}
    }

    private static Batch batch(boolean pairs, long... keys) throws IOException {
        return batch(SPECIAL, pairs, false, new Counting(), keys);
    }

    private static Batch batch(SpecialTokens special, boolean pairs, boolean apart, Windows windows, long... keys)
            throws IOException {
        List<Objective.Chosen> chosen = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            chosen.add(new Objective.Chosen(windows, i, keys[i]));
        }
        return new MaskedTokens(CONTEXT, VOCABULARY, 15, special, pairs, apart).batch(chosen);
    }

    @Test
    void framesTheTextAndAsksForAFixedNumberOfItsTokens() throws IOException {
        Batch batch = batch(false, 1, 2, 3);
        assertThat(batch.targetCount()).isEqualTo(45);
        for (int row = 0; row < 3; row++) {
            int start = row * CONTEXT;
            assertThat(batch.inputs()[start]).isEqualTo(998);
            assertThat(batch.inputs()[start + CONTEXT - 1]).isEqualTo(997);
            assertThat(Arrays.stream(batch.targets(), start, start + CONTEXT)
                            .filter(target -> target != Batch.IGNORED)
                            .count())
                    .isEqualTo(15);
            for (int i = 0; i < CONTEXT; i++) {
                int original = i == 0 ? 998 : i == CONTEXT - 1 ? 997 : (row * 7 + i - 1) % 900;
                int target = batch.targets()[start + i];
                assertThat(target).isIn(Batch.IGNORED, original);
                if (target == Batch.IGNORED) {
                    assertThat(batch.inputs()[start + i]).isEqualTo(original);
                }
            }
            assertThat(batch.targets()[start]).isEqualTo(Batch.IGNORED);
        }
        assertThat(batch.segmented()).isFalse();
        assertThat(batch.asked()).isInstanceOf(Targets.Tokens.class);
    }

    @Test
    void masksFourOfFiveAndReplacesAndKeepsOneOfTenEach() throws IOException {
        long[] keys = new long[400];
        Arrays.setAll(keys, i -> i * 31L);
        Batch batch = batch(false, keys);
        double masked = 0;
        double kept = 0;
        for (int i = 0; i < batch.inputs().length; i++) {
            if (batch.targets()[i] != Batch.IGNORED) {
                masked += batch.inputs()[i] == SPECIAL.mask() ? 1 : 0;
                kept += batch.inputs()[i] == batch.targets()[i] ? 1 : 0;
            }
        }
        assertThat(masked / batch.targetCount()).isCloseTo(0.8, within(0.02));
        assertThat(kept / batch.targetCount()).isCloseTo(0.1, within(0.02));
    }

    @Test
    void theSameKeyMasksTheSameAndAnotherOthers() throws IOException {
        assertThat(batch(false, 5).inputs()).isEqualTo(batch(false, 5).inputs());
        assertThat(batch(false, 5).targets()).isNotEqualTo(batch(false, 6).targets());
    }

    @Test
    void aPairsSecondSegmentFollowsOrComesFromAnotherSample() throws IOException {
        long[] keys = new long[200];
        Arrays.setAll(keys, i -> i);
        Batch batch = batch(true, keys);
        int[] types = batch.types();
        int[] related = ((Targets.Pairs) batch.asked()).related();
        int follows = 0;
        for (int row = 0; row < keys.length; row++) {
            int start = row * CONTEXT;
            int boundary = 1 + 48 + 1; // [CLS] a … a [SEP]
            assertThat(batch.inputs()[start + boundary - 1]).isEqualTo(997);
            assertThat(batch.inputs()[start + CONTEXT - 1]).isEqualTo(997);
            assertThat(types[start + boundary - 1]).isZero();
            assertThat(types[start + boundary]).isOne();
            assertThat(types[start + CONTEXT - 1]).isOne();
            follows += related[row] == 0 ? 1 : 0;
            if (related[row] == 0) {
                for (int i = boundary; i < CONTEXT - 1; i++) {
                    int expected = (row * 7 + 48 + i - boundary) % 900;
                    assertThat(
                                    batch.targets()[start + i] == Batch.IGNORED
                                            ? batch.inputs()[start + i]
                                            : batch.targets()[start + i])
                            .isEqualTo(expected);
                }
            }
        }
        assertThat(follows).isBetween(80, 120);
    }

    @Test
    void doesWithoutTokensThatTheTokenizerHasNot() throws IOException {
        SpecialTokens maskOnly = new SpecialTokens(999, SpecialTokens.NONE, SpecialTokens.NONE, SpecialTokens.NONE);
        Batch batch = batch(maskOnly, false, false, new Counting(), 1);
        assertThat(batch.inputs()).doesNotContain(998, 997);
        assertThat(batch.targetCount()).isEqualTo(15);
    }

    /** [CLS] is the first document's, and what stands behind the text that fits is nobody's. */
    @Test
    void documentsBeginOnePlaceLaterForTheFrame() throws IOException {
        Batch batch = batch(SPECIAL, false, true, new Counting(3, 40, 98, 100), 1, 2);
        assertThat(batch.documents().starts()).isDeepEqualTo(new int[][] {{0, 4, 41}, {0, 4, 41}});
        assertThat(batch.inputs()).isEqualTo(batch(false, 1, 2).inputs());
    }
}
