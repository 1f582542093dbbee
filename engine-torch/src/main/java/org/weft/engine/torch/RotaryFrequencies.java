package org.weft.engine.torch;

import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.model.Family;

/**
 * How fast each pair of a head turns, in radians a position, and how longer contexts than that of pre-training slow it
 * down. Pure arithmetic in float64.
 *
 * <p>R elements of a head that are turned, j pair, s {@code rope_factor}, C₀ {@code rope_original_context}.
 */
final class RotaryFrequencies {
    /** YaRN's bounds, in turns over C₀, between which frequencies pass from scaled to not scaled (its section 3.2). */
    private static final double YARN_FAST = 32;

    private static final double YARN_SLOW = 1;

    private RotaryFrequencies() {}

    /** (R / 2), the fastest first. */
    static double[] of(ModelConfig config) {
        double[] frequencies = plain(config, config.ropeTheta());
        for (int j = 0; j < frequencies.length; j++) {
            double plain = frequencies[j];
            frequencies[j] = switch (config.ropeScaling()) {
                case NONE -> plain;
                case LINEAR -> plain / config.ropeFactor();
                case LLAMA3 -> llama3(plain, config);
                case YARN -> yarn(plain, j, config);
            };
        }
        return frequencies;
    }

    /** The same of blocks with a sliding window, where they have a base of their own: not scaled. */
    static double[] ofWindows(ModelConfig config) {
        return plain(config, Family.of(config).windowTheta(config));
    }

    private static double[] plain(ModelConfig config, double theta) {
        int width = width(config);
        double[] frequencies = new double[width / 2];
        for (int j = 0; j < frequencies.length; j++) {
            frequencies[j] = Math.pow(theta, -2.0 * j / width);
        }
        return frequencies;
    }

    private static int width(ModelConfig config) {
        return Family.of(config).rotaryWidth(config);
    }

    /** What YaRN multiplies queries and keys by, each: 0.1 ln s + 1 (its equation 22, as its code applies it). */
    static double magnitude(ModelConfig config) {
        return config.ropeScaling() == RopeScaling.YARN ? 0.1 * Math.log(config.ropeFactor()) + 1 : 1;
    }

    /** Llama 3.1: long wavelengths are scaled, short ones are not, those between are blended by their turns over C₀. */
    private static double llama3(double plain, ModelConfig config) {
        double turns = config.ropeOriginalContext() * plain / (2 * Math.PI);
        double low = config.ropeLowFreqFactor();
        double high = config.ropeHighFreqFactor();
        double kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
        return (1 - kept) * plain / config.ropeFactor() + kept * plain;
    }

    /** YaRN (Peng et al. 2023, section 3.2) with the ramp over pairs, as in its code. */
    private static double yarn(double plain, int pair, ModelConfig config) {
        double first = Math.max(0, Math.floor(pairOfTurns(YARN_FAST, config)));
        double last = Math.min(width(config) - 1.0, Math.ceil(pairOfTurns(YARN_SLOW, config)));
        double ramp = (pair - first) / Math.max(last - first, 1e-3);
        double kept = 1 - Math.min(1, Math.max(0, ramp));
        return (1 - kept) * plain / config.ropeFactor() + kept * plain;
    }

    /** The pair, as a real number, that turns so many times over C₀. */
    private static double pairOfTurns(double turns, ModelConfig config) {
        return width(config)
                * Math.log(config.ropeOriginalContext() / (turns * 2 * Math.PI))
                / (2 * Math.log(config.ropeTheta()));
    }
}
