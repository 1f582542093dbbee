package org.weft.trainer.rate;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What losses under growing rates say. Each loss is of the parameters before the step's update, so that the loss after a rate is the next
 * step's. Losses are smoothed by an exponential mean without its bias to the first.
 */
public final class RateFinding {
    /** Of the mean before, a step. */
    private static final double KEPT = 0.8;

    /** What a loss may stand above the lowest, as a part of all that it fell by, before it counts as rising. */
    private static final double RISE = 0.1;

    /** From the rate at which the loss no longer falls to one that has room for a whole run: fastai's. */
    private static final double ROOM = 10;

    private static final int ROWS = 16;

    private final RateRange range;
    private final double[] smoothed;
    private final int lowest;
    private final boolean rises;

    /** @param losses of the steps that were trained, in their order; NaN where one is no number */
    public RateFinding(RateRange range, double[] losses) {
        this.range = range;
        smoothed = smoothed(losses);
        lowest = lowest(smoothed);
        double fell = smoothed.length == 0 ? 0 : smoothed[0] - smoothed[lowest];
        rises = smoothed.length < losses.length
                || Arrays.stream(smoothed, lowest, smoothed.length).anyMatch(loss -> loss > smoothed[lowest] + RISE * fell);
    }

    /** Up to the first loss that is no number. */
    private static double[] smoothed(double[] losses) {
        int finite = 0;
        while (finite < losses.length && Double.isFinite(losses[finite])) {
            finite++;
        }
        double[] smoothed = new double[finite];
        double mean = 0;
        for (int step = 0; step < finite; step++) {
            mean = KEPT * mean + (1 - KEPT) * losses[step];
            smoothed[step] = mean / (1 - Math.pow(KEPT, step + 1));
        }
        return smoothed;
    }

    private static int lowest(double[] losses) {
        int lowest = 0;
        for (int step = 1; step < losses.length; step++) {
            if (losses[step] < losses[lowest]) {
                lowest = step;
            }
        }
        return lowest;
    }

    /** The rate under which the loss was lowest; it is the one before that which made it. */
    public double lowestAt() {
        return range.at(Math.max(0, lowest - 1));
    }

    /** A tenth of it, to two digits; empty where the loss did not rise up to the highest rate, or never fell. */
    public OptionalDouble suggested() {
        return rises && lowest > 0
                ? OptionalDouble.of(Double.parseDouble(String.format(Locale.ROOT, "%.1e", lowestAt() / ROOM)))
                : OptionalDouble.empty();
    }

    /** Why there is none. */
    public String noSuggestion() {
        return lowest == 0
                ? "the loss fell under no rate from " + range.lowest() + " on: begin lower, with --lowest"
                : "the loss still falls at the highest rate, " + range.highest() + ": go on higher, with --highest";
    }

    /** Some steps, evenly: rate, loss smoothed, and where it is lowest. */
    public String render() {
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, "%6s  %12s  %8s%n", "step", "rate", "loss"));
        int stride = Math.max(1, (smoothed.length + ROWS - 1) / ROWS);
        for (int step = 0; step < smoothed.length; step++) {
            if (step % stride == 0 || step == lowest || step == smoothed.length - 1) {
                table.append(String.format(
                        Locale.ROOT,
                        "%6d  %12.3e  %8.4f%s%n",
                        step + 1,
                        range.at(step),
                        smoothed[step],
                        step == lowest ? "  lowest" : ""));
            }
        }
        return table.toString();
    }
}
