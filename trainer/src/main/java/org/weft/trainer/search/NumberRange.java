package org.weft.trainer.search;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.WeftException;

/**
 * Numbers between two ends, both among them. They are drawn evenly in their logarithm where both ends are positive and a decade or more
 * apart, else evenly; and they are whole where both ends are written without point and exponent.
 *
 * @param whole whether only whole numbers count
 */
public record NumberRange(double from, double to, boolean whole) {
    private static final Pattern WRITTEN =
            Pattern.compile("([-+]?[\\d.]+(?:[eE][-+]?\\d+)?)\\.\\.([-+]?[\\d.]+(?:[eE][-+]?\\d+)?)");
    private static final Pattern WHOLE = Pattern.compile("[-+]?\\d+");
    private static final double DECADE = 10;
    /** Of a number that is drawn: no setting is worth more. */
    private static final MathContext DIGITS = new MathContext(4);

    /**
     * The range that {@code FROM..TO} is.
     *
     * @return null where the text is none
     */
    static NumberRange parse(String key, String text) {
        Matcher ends = WRITTEN.matcher(text);
        if (!ends.matches()) {
            return null;
        }
        double from;
        double to;
        try {
            from = Double.parseDouble(ends.group(1));
            to = Double.parseDouble(ends.group(2));
        } catch (NumberFormatException e) {
            return null;
        }
        if (!(from < to) || Double.isInfinite(to - from)) {
            throw WeftException.usage(
                    "--over " + key + "=" + text + ": a range goes from a number up to a greater one",
                    "such as " + key + "=1e-4..1e-2");
        }
        boolean whole = WHOLE.matcher(ends.group(1)).matches()
                && WHOLE.matcher(ends.group(2)).matches();
        return new NumberRange(from, to, whole);
    }

    /** Whether numbers are drawn evenly in their logarithm. */
    public boolean logarithmic() {
        return from > 0 && to / from >= DECADE;
    }

    /**
     * A number as it is written in a setting.
     *
     * @param share from 0 to below 1
     */
    String at(double share) {
        if (whole) {
            double at = between(from - 0.5, to + 0.5, share); // Each whole number has the interval around it.
            return Long.toString(Math.round(Math.max(from, Math.min(to, at))));
        }
        double rounded = new BigDecimal(between(from, to, share)).round(DIGITS).doubleValue();
        return written(Math.max(from, Math.min(to, rounded)));
    }

    private double between(double low, double high, double share) {
        return logarithmic()
                ? StrictMath.exp(StrictMath.log(low) + share * (StrictMath.log(high) - StrictMath.log(low)))
                : low + share * (high - low);
    }

    /** For people. */
    String described() {
        String ends = whole ? (long) from + " to " + (long) to : written(from) + " to " + written(to);
        return ends + ", drawn evenly" + (logarithmic() ? " in its logarithm" : "") + (whole ? ", whole numbers" : "");
    }

    private static String written(double number) {
        BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        return shortest.scale() < 0 ? shortest.toPlainString() : shortest.toString();
    }
}
