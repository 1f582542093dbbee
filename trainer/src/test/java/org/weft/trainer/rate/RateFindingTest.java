package org.weft.trainer.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.WeftException;
import org.weft.core.optim.LearningRateTable;

class RateFindingTest {
    private static final RateRange RANGE = new RateRange(1e-6, 1, 61);

    @Test
    void ratesGrowByOneFactorFromTheLowestToTheHighest() {
        assertThat(RANGE.at(0)).isEqualTo(1e-6);
        assertThat(RANGE.at(60)).isEqualTo(1);
        assertThat(RANGE.at(10) / RANGE.at(0)).isEqualTo(RANGE.at(50) / RANGE.at(40), within(1e-9));
        LearningRateTable read = LearningRateTable.parse(RANGE.table());
        assertThat(read.rates()).hasSize(61);
        assertThat(read.at(30)).isEqualTo(1e-3, within(1e-9));
    }

    @Test
    void aThirdOfTheRateThatTheLossIsLowestUnderIsSuggested() {
        RateFinding finding = new RateFinding(RANGE, losses(step -> 9 - 3 * bump(step, 40, 12)));
        assertThat(finding.lowestAt()).isBetween(RANGE.at(38), RANGE.at(44));
        assertThat(finding.suggested()).isPresent();
        assertThat(finding.suggested().getAsDouble()).isBetween(0.32 * finding.lowestAt(), 0.35 * finding.lowestAt());
        assertThat(finding.render()).contains("lowest");
    }

    @Test
    void aLossThatIsNoNumberIsWhereTheRangeEnds() {
        RateFinding finding = new RateFinding(RANGE, losses(step -> step < 45 ? 9 - 0.1 * step : Double.NaN));
        assertThat(finding.suggested()).isPresent();
        assertThat(finding.lowestAt()).isBetween(RANGE.at(40), RANGE.at(45));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"-0.05 | still falls at the highest rate, 1.0", "0.05 | fell under no rate from 1.0E-6 on"})
    void whereThereIsNoLowestNothingIsSuggested(double slope, String why) {
        RateFinding finding = new RateFinding(RANGE, losses(step -> 9 + slope * step));
        assertThat(finding.suggested()).isEmpty();
        assertThat(finding.noSuggestion()).contains(why);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void chanceSuggestsNothing(long seed) {
        Random random = new Random(seed);
        RateFinding finding = new RateFinding(RANGE, losses(step -> 9 + 0.1 * random.nextDouble()));
        assertThat(finding.suggested()).isEmpty();
        assertThat(finding.noSuggestion()).contains("fell under no rate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1 | 100 | leave no range",
                "1e-3 | 5e-3 | 100 | leave no range",
                "1e-6 | 1 | 5 | --steps 5 must be"
            })
    void rangesThatShowNothingAreRefused(double lowest, double highest, int steps, String message) {
        assertThatThrownBy(() -> new RateRange(lowest, highest, steps))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message);
    }

    private static double bump(int step, int middle, double width) {
        return Math.exp(-Math.pow((step - middle) / width, 2));
    }

    private static double[] losses(IntToDoubleFunction loss) {
        return IntStream.range(0, 61).mapToDouble(loss).toArray();
    }
}
