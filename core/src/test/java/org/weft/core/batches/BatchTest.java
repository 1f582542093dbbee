package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What a batch of each shape holds, and what it refuses to be. */
class BatchTest {
    private static final int NO = Batch.IGNORED;

    @Test
    void causalTokensPredictTheNext() {
        Batch batch = Batch.causal(2, 2, new int[] {1, 2, 3, 4, 5, 6});
        assertThat(batch.inputs()).containsExactly(1, 2, 4, 5);
        assertThat(batch.targets()).containsExactly(2, 3, 5, 6);
        assertThat(batch.tokens()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(batch.targetCount()).isEqualTo(4);
        assertThat(batch.padded()).isFalse();
        assertThat(batch.segmented()).isFalse();
        assertThat(batch.types()).containsOnly(0);
    }

    @Test
    void pairsCountTheirTokensAlone() {
        Targets asked = new Targets.Pairs(new Targets.Tokens(new int[] {NO, 7, NO, NO, NO, 8}), new int[] {0, 1});
        Batch batch = new Batch(2, 3, new int[6], new int[] {1, 2}, asked);
        assertThat(batch.targetCount()).isEqualTo(2);
        assertThat(batch.targets()).containsExactly(NO, 7, NO, NO, NO, 8);
        assertThat(batch.segmented()).isTrue();
        assertThat(batch.types()).containsExactly(0, 1, 1, 0, 0, 1);
        assertThatThrownBy(batch::labels).hasMessage("this batch has targets of tokens, not labels of sequences");
    }

    /** Padding is of no second segment. */
    @Test
    void labelsCountSequences() {
        Targets asked = new Targets.Labels(new float[] {1, 2, 3, 4});
        Batch batch = new Batch(2, 3, new int[6], new int[] {3, 2}, new int[] {3, 1}, asked);
        assertThat(batch.targetCount()).isEqualTo(2);
        assertThat(batch.labels()).containsExactly(1, 2, 3, 4);
        assertThat(batch.padded()).isTrue();
        assertThat(batch.types()).containsExactly(0, 0, 0, 0, 1, 0);
        assertThatThrownBy(batch::targets).hasMessage("this batch has labels of sequences, not targets of tokens");
    }

    @Test
    void refusesPartsOfAnotherShape() {
        int[] inputs = new int[6];
        int[] three = {3, 3};
        Targets.Tokens tokens = new Targets.Tokens(inputs);
        assertThatThrownBy(() -> Batch.ofTokens(2, 3, new int[5], inputs))
                .hasMessage("batch inputs: actual=5 expected=6 sequences=2 context=3");
        assertThatThrownBy(() -> Batch.ofTokens(2, 3, inputs, new int[5]))
                .hasMessage("batch targets: actual=5 expected=6 sequences=2 context=3");
        assertThatThrownBy(() -> new Batch(2, 3, inputs, new int[1], three, tokens))
                .hasMessageContaining("batch lengths: actual=1 expected=2");
        assertThatThrownBy(() -> new Batch(2, 3, inputs, three, new int[3], tokens))
                .hasMessageContaining("batch seconds: actual=3 expected=2");
        assertThatThrownBy(() -> new Batch(2, 3, inputs, three, new Targets.Pairs(tokens, new int[1])))
                .hasMessageContaining("batch related: actual=1 expected=2");
        assertThatThrownBy(() -> new Batch(2, 3, inputs, three, three, new Targets.Labels(new float[3])))
                .hasMessage("batch labels: actual=3 are not the same number for each of sequences=2");
    }
}
