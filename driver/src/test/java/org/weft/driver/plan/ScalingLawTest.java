package org.weft.driver.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ScalingLawTest {
    /** Chinchilla itself: 70B parameters, 1.4T tokens. */
    @Test
    void chinchillaHasItsLoss() {
        assertThat(ScalingLaw.CHINCHILLA.loss(new ScalingLaw.Allocation(70e9, 1.4e12)))
                .isCloseTo(1.69 + 0.083 + 0.163, within(0.005));
    }

    @Test
    void noOtherSizeOfTheSameComputeIsBetter() {
        for (ScalingLaw law : new ScalingLaw[] {ScalingLaw.CHINCHILLA, ScalingLaw.REFIT}) {
            ScalingLaw.Allocation best = law.best(1e20);
            assertThat(best.compute()).isCloseTo(1e20, Percentage.withPercentage(1e-6));
            for (double factor : new double[] {0.5, 0.9, 1.1, 2}) {
                ScalingLaw.Allocation other =
                        new ScalingLaw.Allocation(best.parameters() * factor, best.tokens() / factor);
                assertThat(law.loss(other)).isGreaterThan(law.loss(best));
            }
        }
    }

    @Test
    void theRatioIsTwentyTokensAParameter() {
        ScalingLaw.Allocation allocation = ScalingLaw.byRatio(6 * 70e9 * 1.4e12);
        assertThat(allocation.parameters()).isCloseTo(70e9, Percentage.withPercentage(1e-6));
        assertThat(allocation.tokens()).isCloseTo(1.4e12, Percentage.withPercentage(1e-6));
    }
}
