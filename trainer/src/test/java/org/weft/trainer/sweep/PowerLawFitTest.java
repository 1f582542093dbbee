package org.weft.trainer.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerLawFitTest {
    @ParameterizedTest
    @CsvSource({"1.69,406.4,0.34", "2.5,40,0.25", "0.8,12,0.1", "3.1,5000,0.6"})
    void findsTheConstantsThatMadeTheLosses(double floor, double scale, double exponent) {
        PowerLaw law = new PowerLaw(floor, scale, exponent);
        PowerLaw found = PowerLawFit.of(Sizes.of(law::loss));
        assertThat(found.floor()).isCloseTo(floor, within(0.02));
        assertThat(found.exponent()).isCloseTo(exponent, within(0.01));
        assertThat(found.loss(1e8)).isCloseTo(law.loss(1e8), Percentage.withPercentage(1));
    }

    @Test
    void noiseOfAThousandthMovesThePredictionByLittle() {
        PowerLaw law = new PowerLaw(2.2, 60, 0.28);
        for (long seed = 1; seed <= 5; seed++) {
            Random random = new Random(seed);
            List<SizeResult> noisy = Sizes.of(n -> law.loss(n) * (1 + 0.001 * random.nextGaussian()));
            Study study = Study.of(noisy);
            assertThat(study.errorPercent()).as("seed %d", seed).isBetween(-1.5, 1.5);
        }
    }

    @Test
    void oneSpoiltRunDoesNotSpoilTheLaw() {
        PowerLaw law = new PowerLaw(2.2, 60, 0.28);
        List<SizeResult> results = Sizes.of(n -> n == Sizes.PARAMETERS[2] ? 1.05 * law.loss(n) : law.loss(n));
        assertThat(Study.of(results).errorPercent()).isBetween(-3.0, 3.0);
    }

    @Test
    void theSameResultsGiveTheSameBits() {
        List<SizeResult> results = Sizes.of(n -> 2 + 30 * Math.pow(n, -0.2));
        assertThat(PowerLawFit.of(results)).isEqualTo(PowerLawFit.of(results));
    }

    @Test
    void refusesFewerSizesThanConstants() {
        assertThatThrownBy(() -> PowerLawFit.of(Sizes.of(n -> 3).subList(0, 2)))
                .hasMessage("a law of 3 constants from 2 sizes");
    }
}
