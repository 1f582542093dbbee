package org.weft.engine.sampling;

import java.util.Map;
import org.weft.core.WeftException;

/**
 * What is added to logits before a token is chosen, with OpenAI's names and bounds.
 *
 * @param presence taken from each token that was generated already
 * @param frequency taken from each token as often as it was generated
 * @param byToken added to a token's, by its id: -100 bans it, 100 leaves hardly another choice
 */
public record LogitBias(double presence, double frequency, Map<Integer, Double> byToken) {
    /** Nothing is added. */
    public static final LogitBias NONE = new LogitBias(0, 0, Map.of());

    private static final double MOST_PENALTY = 2;
    private static final double MOST_BIAS = 100;

    public LogitBias {
        require(Math.abs(presence) <= MOST_PENALTY, "presence_penalty", presence, "from -2 to 2");
        require(Math.abs(frequency) <= MOST_PENALTY, "frequency_penalty", frequency, "from -2 to 2");
        byToken.forEach((token, bias) ->
                require(Math.abs(bias) <= MOST_BIAS, "logit_bias[" + token + "]", bias, "from -100 to 100"));
        byToken = Map.copyOf(byToken);
    }

    boolean isNone() {
        return presence == 0 && frequency == 0 && byToken.isEmpty();
    }

    /**
     * Adds it.
     *
     * @param logits (V), changed
     * @param counts how often each token was generated
     */
    void addTo(float[] logits, Map<Integer, Integer> counts) {
        if (presence != 0 || frequency != 0) {
            counts.forEach((token, count) -> logits[token] -= (float) (presence + frequency * count));
        }
        byToken.forEach((token, bias) -> {
            if (token < logits.length) {
                logits[token] += bias.floatValue();
            }
        });
    }

    private static void require(boolean holds, String name, double value, String what) {
        if (!holds) {
            throw WeftException.usage(name + "=" + value + " must be " + what, "");
        }
    }
}
