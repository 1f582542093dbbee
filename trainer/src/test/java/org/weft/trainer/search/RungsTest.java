package org.weft.trainer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RungsTest {
    @Test
    void aThirdGoesOnForThreeTimesTheSteps() {
        assertThat(Rungs.halving(27, 900, 3, 100).described())
                .isEqualTo("27 trials to step 100, 9 to step 300, 3 to the end");
        assertThat(Rungs.halving(27, 900, 3, 1).described())
                .isEqualTo("27 trials to step 34, 9 to step 100, 3 to step 300, 1 to the end");
        assertThat(Rungs.halving(5, 10, 2, 1).described()).isEqualTo("5 trials to step 3, 2 to step 5, 1 to the end");
        assertThat(Rungs.whole(4).described()).isEqualTo("4 trials to the end");
    }

    @Test
    void whatLeavesNothingToHalveIsRefused() {
        assertThatThrownBy(() -> Rungs.halving(2, 900, 3, 1)).hasMessageContaining("nothing to halve: 2 trials");
        assertThatThrownBy(() -> Rungs.halving(9, 900, 3, 400)).hasMessageContaining("--min-steps 400");
        assertThatThrownBy(() -> Rungs.halving(9, 900, 3, 900)).hasMessageContaining("to below training.steps=900");
        assertThatThrownBy(() -> Rungs.halving(9, 900, 1, 1)).hasMessageContaining("--eta 1");
    }
}
