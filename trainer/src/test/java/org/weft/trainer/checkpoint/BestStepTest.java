package org.weft.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BestStepTest {

    @Test
    void theLowestLossIsBestAndTheFirstOfEquals() {
        BestStep best = new BestStep(2);
        assertThat(best.step()).isEqualTo(BestStep.NONE);
        best.evaluated(10, 2.0);
        best.evaluated(20, 1.0);
        best.evaluated(30, 1.0);
        assertThat(best.step()).isEqualTo(20);
        assertThat(best.exhausted()).isFalse();
        best.evaluated(40, Double.NaN);
        assertThat(best.exhausted()).isTrue();
        best.evaluated(40, 0.5); // the same step again, after a rewind
        assertThat(best.step()).isEqualTo(40);
        assertThat(best.exhausted()).isFalse();
    }

    @Test
    void withoutPatienceNothingEndsARun() {
        BestStep best = new BestStep(0);
        best.evaluated(1, 1);
        best.evaluated(2, 2);
        assertThat(best.exhausted()).isFalse();
    }

    @Test
    void goesOnFromWhatWasWrittenDown() {
        BestStep best = new BestStep(2);
        best.take(List.of(
                "{\"step\":5,\"loss\":3.0,\"val_loss\":1.5}",
                "{\"step\":6,\"loss\":2.9}",
                "{\"step\":10,\"loss\":2.5,\"val_loss\":1.75}",
                "{\"step\":11,\"lo"));
        assertThat(best.step()).isEqualTo(5);
        best.evaluated(15, 1.6);
        assertThat(best.exhausted()).isTrue();
    }
}
