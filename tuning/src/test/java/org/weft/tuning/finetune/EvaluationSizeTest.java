package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

/** How many rows the driver can judge. */
class EvaluationSizeTest {
    private static final long GIBIBYTE = 1L << 30;

    @Test
    void rowsThatFitAreJudged() {
        new EvaluationSize(0, 0).requireFits(GIBIBYTE);
        new EvaluationSize(800_000, 0).requireFits(GIBIBYTE);
        new EvaluationSize(800_000, 5).requireFits(GIBIBYTE);
    }

    @Test
    void rowsThatAreComparedWithEachOtherAreFewer() {
        new EvaluationSize(70_000, 384).requireComparable();
        assertThatThrownBy(() -> new EvaluationSize(800_000, 384).requireComparable())
                .isInstanceOf(WeftException.class)
                .hasMessage(
                        "800000 rows to evaluate, each anchor beside each positive, are 2.5e+14 products on the driver:"
                                + " at most 72168 rows of 384 numbers");
    }

    @Test
    void moreThanTheHeapOrAnArrayHoldsIsToldBeforehand() {
        assertThatThrownBy(() -> new EvaluationSize(1_000_000, 0).requireFits(GIBIBYTE))
                .isInstanceOf(WeftException.class)
                .hasMessage("1000000 rows to evaluate are more than the driver holds: at most 894784");
        assertThatThrownBy(() -> new EvaluationSize(3_000_000, 1000).requireFits(1000 * GIBIBYTE))
                .hasMessage(
                        "3000000 rows to evaluate of 1000 numbers each are more than the driver holds: at most 2147483");
    }
}
