package org.weft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;

class RotaryFrequenciesTest {
    private static ModelConfig config(String settings) {
        String model = "model: {architecture: llama, width: 512, heads: 8, " + settings + "}";
        return ConfigLoader.load("test", model, List.of("run.dir=unused")).model();
    }

    @Test
    void plainFrequenciesFallGeometrically() {
        double[] frequencies = RotaryFrequencies.of(config("rope_theta: 10000"), 0);
        assertThat(frequencies).hasSize(32);
        assertThat(frequencies[0]).isEqualTo(1);
        assertThat(frequencies[16]).isCloseTo(0.01, within(1e-15));
    }

    @Test
    void linearScalingSlowsAll() {
        double[] plain = RotaryFrequencies.of(config("rope_theta: 10000"), 0);
        double[] scaled = RotaryFrequencies.of(config("rope_scaling: linear, rope_factor: 4"), 0);
        for (int j = 0; j < plain.length; j++) {
            assertThat(scaled[j]).isCloseTo(plain[j] / 4, within(1e-15));
        }
    }

    /** The bounds of Llama 3.1: wavelengths below 8192/4 stay, above 8192/1 are scaled by 8. */
    @Test
    void llama3ScalesLongWavelengthsAlone() {
        double[] plain = RotaryFrequencies.of(config("rope_theta: 500000"), 0);
        double[] scaled = RotaryFrequencies.of(
                config("rope_theta: 500000, rope_scaling: llama3, rope_factor: 8,"
                        + " rope_original_context: 8192, rope_low_freq_factor: 1, rope_high_freq_factor: 4"),
                0);
        int between = 0;
        for (int j = 0; j < plain.length; j++) {
            double wavelength = 2 * Math.PI / plain[j];
            if (wavelength < 2048) {
                assertThat(scaled[j]).isEqualTo(plain[j]);
            } else if (wavelength > 8192) {
                assertThat(scaled[j]).isCloseTo(plain[j] / 8, within(1e-18));
            } else {
                assertThat(scaled[j]).isBetween(plain[j] / 8, plain[j]);
                between++;
            }
        }
        assertThat(between).isPositive();
    }

    /** As in Hugging Face's code: a base of 10000 (2 * 96 / 48 - 1)^(64 / 62) for 96 tokens. */
    @Test
    void dynamicScalingFollowsTextsBeyondTheOriginalContext() {
        ModelConfig config = config("context: 96, rope_scaling: dynamic, rope_factor: 2, rope_original_context: 48");
        double[] plain = RotaryFrequencies.of(config("rope_theta: 10000"), 0);
        assertThat(RotaryFrequencies.of(config, 48)).isEqualTo(plain);
        assertThat(RotaryFrequencies.of(config, 96)[16])
                .isCloseTo(Math.pow(10000 * Math.pow(3, 64 / 62.0), -0.5), within(1e-15));
        assertThat(RotaryFrequencies.turnsAnew(config, 48)).isFalse();
        assertThat(RotaryFrequencies.turnsAnew(config, 49)).isTrue();
        assertThat(RotaryFrequencies.turnsAnew(config, 50)).isTrue();
    }

    @Test
    void longropeHasFactorsOfItsOwnForLongTexts() {
        String factors = Collections.nCopies(32, "2.5").toString();
        ModelConfig config = config("context: 96, rope_scaling: longrope, rope_factor: 4, rope_original_context: 48,"
                + " rope_short_factors: " + Collections.nCopies(32, "1.25") + ", rope_long_factors: " + factors);
        double[] plain = RotaryFrequencies.of(config("rope_theta: 10000"), 0);
        assertThat(RotaryFrequencies.of(config, 48)[7]).isEqualTo(plain[7] / 1.25);
        assertThat(RotaryFrequencies.of(config, 49)[7]).isEqualTo(plain[7] / 2.5);
        assertThat(RotaryFrequencies.magnitude(config))
                .isCloseTo(Math.sqrt(1 + Math.log(4) / Math.log(48)), within(1e-15));
        assertThat(RotaryFrequencies.turnsAnew(config, 49)).isTrue();
        assertThat(RotaryFrequencies.turnsAnew(config, 50)).isFalse();
    }

    @Test
    void yarnKeepsFastPairsAndScalesSlowOnes() {
        ModelConfig config = config("rope_scaling: yarn, rope_factor: 16, rope_original_context: 4096");
        double[] plain = RotaryFrequencies.of(config("rope_theta: 10000"), 0);
        double[] scaled = RotaryFrequencies.of(config, 0);
        assertThat(scaled[0]).isEqualTo(plain[0]);
        assertThat(scaled[31]).isCloseTo(plain[31] / 16, within(1e-15));
        assertThat(RotaryFrequencies.magnitude(config)).isCloseTo(1.2772588722239782, within(1e-12));
    }
}
