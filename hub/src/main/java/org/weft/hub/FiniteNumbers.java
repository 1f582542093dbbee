package org.weft.hub;

import java.util.Locale;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;

/** Numbers that may leave: a model with one that is none would answer nothing anywhere. */
public final class FiniteNumbers {
    private FiniteNumbers() {}

    /**
     * The number itself.
     *
     * @param tensor that has it, for the error
     * @param index within the tensor
     * @throws WeftException of infinity and of what is no number
     */
    public static float require(float number, String tensor, long index) {
        if (!Float.isFinite(number)) {
            throw WeftException.invalidData(
                    "tensor " + tensor + " has a number that is not finite: index=" + index + " value=" + number,
                    "export an earlier checkpoint: training went astray before this one");
        }
        return number;
    }

    /**
     * The error of a number that would become infinite where it is stored.
     *
     * @param index within the parameter
     * @param hint the way out
     */
    static WeftException beyond(FloatFormat format, String parameter, long index, float number, String hint) {
        return WeftException.usage(
                "parameter " + parameter + " does not fit into " + format.name().toLowerCase(Locale.ROOT) + ": index="
                        + index + " value=" + number,
                hint);
    }
}
