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

    /** How many times what a step's loss is usually off the mean a fall or a rise must be, so that it is more than chance. */
    private static final double CHANCE = 3;

    /** Steps whose mean is where the loss began. */
    private static final int FIRST = 10;

    /**
     * From the rate at which the loss no longer falls to one that has room for a whole run. Others take ten, of a mean that lags by half of the
     * test; what trained best here was a third (docs/schedules.md).
     */
    private static final double ROOM = 3;

    private static final int ROWS = 16;

    private final RateRange range;
    private final double[] smoothed;
    private final int lowest;
    private final boolean falls;
    private final boolean rises;

    /** @param losses of the steps that were trained, in their order; NaN where one is no number */
    public RateFinding(RateRange range, double[] losses) {
        this.range = range;
        smoothed = smoothed(losses);
        lowest = lowest(smoothed);
        double fallen = smoothed.length == 0 ? 0 : smoothed[Math.min(FIRST, smoothed.length - 1)] - smoothed[lowest];
        double chance = CHANCE * usuallyOff(smoothed, losses);
        falls = fallen > chance;
        double risen = smoothed.length == 0 ? 0 : smoothed[lowest] + Math.max(RISE * fallen, chance);
        rises = smoothed.length < losses.length
                || Arrays.stream(smoothed, lowest, smoothed.length).anyMatch(loss -> loss > risen);
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

    /** The median of what losses are off the mean of those before. */
    private static double usuallyOff(double[] smoothed, double[] losses) {
        double[] off = new double[smoothed.length];
        for (int step = 1; step < off.length; step++) {
            off[step] = Math.abs(losses[step] - smoothed[step - 1]);
        }
        Arrays.sort(off);
        return off.length == 0 ? 0 : off[off.length / 2];
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

    /** A third of it, to two digits; empty where the loss did not rise up to the highest rate, or never fell. */
    public OptionalDouble suggested() {
        return rises && falls
                ? OptionalDouble.of(Double.parseDouble(String.format(Locale.ROOT, "%.1e", lowestAt() / ROOM)))
                : OptionalDouble.empty();
    }

    /** Why there is none. */
    public String noSuggestion() {
        return !falls
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
