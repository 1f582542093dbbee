package org.weft.core.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RdpAccountantTest {
    /** Made by bench/peers/privacy.py, which says how. */
    private static final Path GOLDEN = Path.of("..", "bench", "peers", "privacy_golden.txt");

    @Test
    void agreesWithOpacus() throws IOException {
        int compared = 0;
        for (String line : Files.readAllLines(GOLDEN)) {
            String[] run = line.split(" ");
            double expected = Double.parseDouble(run[4]);
            double epsilon = RdpAccountant.epsilon(
                    Double.parseDouble(run[0]),
                    Double.parseDouble(run[1]),
                    Long.parseLong(run[2]),
                    Double.parseDouble(run[3]));
            assertThat(epsilon / expected).as(line).isCloseTo(1, within(1e-6));
            compared++;
        }
        assertThat(compared).isEqualTo(53);
    }

    /** Where the order is whole both ways are open. */
    @ParameterizedTest
    @CsvSource({"2, 0.01, 1.1", "3, 0.3, 0.5", "10, 0.004, 0.3", "7, 0.9, 8", "32, 0.05, 2"})
    void theIntegralIsTheSeries(int order, double rate, double noise) {
        double series = RdpAccountant.series(order, rate, noise);
        assertThat(RdpAccountant.integral(order, rate, noise)).isCloseTo(series, within(1e-9 * Math.max(1, series)));
    }

    @Test
    void stepsAddUpAndNoneCostNothing() {
        double[] step = RdpAccountant.ofStep(0.01, 1);
        assertThat(RdpAccountant.epsilon(step, 0, 1e-5)).isZero();
        double before = 0;
        for (long steps : new long[] {1, 2, 10, 1000, 1_000_000}) {
            double epsilon = RdpAccountant.epsilon(step, steps, 1e-5);
            assertThat(epsilon).isGreaterThan(before);
            before = epsilon;
        }
    }

    @ParameterizedTest
    @CsvSource({"0.01, 1000, 1.0e-5, 3", "0.04, 500, 1.0e-5, 8", "0.2, 60, 1.0e-6, 1", "1, 10, 1.0e-5, 20"})
    void theLeastNoiseIsFound(double rate, long steps, double delta, double target) {
        double noise = RdpAccountant.noise(rate, steps, delta, target);
        assertThat(RdpAccountant.epsilon(rate, noise, steps, delta)).isLessThanOrEqualTo(target);
        assertThat(RdpAccountant.epsilon(rate, noise - 0.001, steps, delta)).isGreaterThan(target);
    }

    @Test
    void whatNoNoiseGivesIsNotFound() {
        assertThat(RdpAccountant.noise(0.01, 1000, 1e-5, 0.01)).isNaN();
    }
}
