package org.weft.tuning.finetune;

import java.io.Serializable;

/**
 * Points of the integral that a row is explained by: the first number, and four times as many until what is missed is at most
 * {@value #COMPLETE}, but no more than the last.
 */
public record ExplanationSteps(int first, int most) implements Serializable {
    /** As many as Captum takes, and what a sharp turn on the way needs. */
    public static final ExplanationSteps ENOUGH = new ExplanationSteps(50, 3200);

    static final double COMPLETE = 1e-3;
    private static final int MORE = 4;

    /** So many, whatever is missed. */
    public static ExplanationSteps exactly(int steps) {
        return new ExplanationSteps(steps, steps);
    }

    /** As many as somebody asked for; {@link #ENOUGH} where nobody did. */
    public static ExplanationSteps of(Integer asked) {
        return asked == null ? ENOUGH : exactly(asked);
    }

    /**
     * How many after so many have missed something.
     *
     * @return 0 where that is enough
     */
    int after(int steps, double missed) {
        return Math.abs(missed) <= COMPLETE || steps * MORE > most ? 0 : steps * MORE;
    }
}
