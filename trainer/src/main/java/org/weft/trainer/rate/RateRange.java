package org.weft.trainer.rate;

import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.WeftException;

/**
 * Learning rates that grow by one factor from step to step: the range test of Smith 2015 (arXiv 1506.01186), exponential as fastai has it.
 *
 * @param lowest of the first step
 * @param highest of the last
 * @param steps at least 20, so that there is something to see
 */
public record RateRange(double lowest, double highest, int steps) {
    private static final int FEWEST = 20;

    /** @throws WeftException where nothing could be told from it */
    public RateRange {
        if (!(lowest > 0) || !(highest >= 10 * lowest) || !Double.isFinite(highest)) {
            throw WeftException.usage(
                    "--lowest " + lowest + " and --highest " + highest + " leave no range",
                    "--lowest must be positive, and --highest at least ten times as much");
        }
        if (steps < FEWEST) {
            throw WeftException.usage("--steps " + steps + " must be at least " + FEWEST, "100 is usual");
        }
    }

    /** Of the update from version {@code step} on. */
    public double at(int step) {
        return lowest * Math.pow(highest / lowest, (double) step / (steps - 1));
    }

    /** As {@code training.learning_rates} has them. */
    public List<String> table() {
        return IntStream.range(0, steps)
                .mapToObj(step -> step + ":" + (float) at(step))
                .toList();
    }
}
