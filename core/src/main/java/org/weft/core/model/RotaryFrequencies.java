package org.weft.core.model;

import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;

/**
 * How fast each pair of a head turns, in radians a position, and how longer contexts than that of pre-training slow it
 * down. Pure arithmetic in float64.
 *
 * <p>R elements of a head that are turned, j pair, s {@code rope_factor}, C₀ {@code rope_original_context}.
 */
public final class RotaryFrequencies {
    /** YaRN's bounds, in turns over C₀, between which frequencies pass from scaled to not scaled (its section 3.2). */
    private static final double YARN_FAST = 32;

    private static final double YARN_SLOW = 1;

    private RotaryFrequencies() {}

    /**
     * (R / 2), the fastest first.
     *
     * @param tokens of the longest text in a pass, which some scalings follow
     */
    public static double[] of(ModelConfig config, long tokens) {
        double[] frequencies = plain(config, theta(config, tokens));
        for (int j = 0; j < frequencies.length; j++) {
            double plain = frequencies[j];
            frequencies[j] = switch (config.ropeScaling()) {
                case NONE, DYNAMIC -> plain;
                case LINEAR -> plain / config.ropeFactor();
                case LLAMA3 -> llama3(plain, config);
                case YARN -> yarn(plain, j, config);
                case LONGROPE -> plain / factors(config, tokens).get(j);
            };
        }
        return frequencies;
    }

    /** Whether a text of so many tokens is turned otherwise than one that is not longer than C₀. */
    public static boolean isScaledAnew(ModelConfig config, long tokens) {
        return config.ropeScaling().followsLength() && tokens > config.ropeOriginalContext();
    }

    /** Whether a text that has grown by a token to so many is turned otherwise than before. */
    public static boolean turnsAnew(ModelConfig config, int tokens) {
        return isScaledAnew(config, tokens)
                && (config.ropeScaling() == RopeScaling.DYNAMIC || !isScaledAnew(config, tokens - 1));
    }

    /** Dynamic scaling lets the base grow with the text, as in Hugging Face's code: θ (s T / C₀ - s + 1)^(R / (R - 2)). */
    private static double theta(ModelConfig config, long tokens) {
        if (config.ropeScaling() != RopeScaling.DYNAMIC || !isScaledAnew(config, tokens)) {
            return config.ropeTheta();
        }
        double factor = config.ropeFactor();
        double growth = factor * tokens / config.ropeOriginalContext() - factor + 1;
        return config.ropeTheta() * Math.pow(growth, width(config) / (width(config) - 2.0));
    }

    /** LongRoPE (Ding et al. 2024): a factor for each pair, others for long texts. */
    private static List<Double> factors(ModelConfig config, long tokens) {
        return isScaledAnew(config, tokens) ? config.ropeLongFactors() : config.ropeShortFactors();
    }

    /** The same of blocks with a sliding window, where they have a base of their own: not scaled. */
    public static double[] ofWindows(ModelConfig config) {
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

    /**
     * What queries and keys are multiplied by, each: of YaRN 0.1 ln s + 1 (its equation 22, as its code applies it), of
     * LongRoPE as its section 4 has it.
     */
    public static double magnitude(ModelConfig config) {
        double factor = config.ropeFactor();
        return switch (config.ropeScaling()) {
            case YARN -> 0.1 * Math.log(factor) + 1;
            case LONGROPE ->
                config.ropeAttentionFactor() > 0
                        ? config.ropeAttentionFactor()
                        : Math.sqrt(1 + Math.log(factor) / Math.log(config.ropeOriginalContext()));
            case NONE, LINEAR, DYNAMIC, LLAMA3 -> 1;
        };
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
