package org.weft.trainer.search;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;

/**
 * Steps at which trials are compared, and how many are left to go on from there (Jamieson and Talwalkar 2016, "Non-stochastic Best Arm
 * Identification and Hyperparameter Optimization", arXiv 1502.07943, algorithm 1, with a fraction {@code 1 / eta} kept as in Li et al.
 * 2018, "Hyperband", arXiv 1603.06560). The last rung is a trial's own end.
 *
 * @param rungs at least one
 */
public record Rungs(List<Rung> rungs) {
    /** Steps of a rung that is a trial's own end, whatever that is. */
    public static final int WHOLE = Integer.MAX_VALUE;

    /**
     * @param steps at which the trials are judged that came so far; {@link #WHOLE} at their end
     * @param trials that come so far
     */
    public record Rung(int steps, int trials) {
        public boolean whole() {
            return steps == WHOLE;
        }
    }

    /** All trials to their end. */
    public static Rungs whole(int trials) {
        return new Rungs(List.of(new Rung(WHOLE, trials)));
    }

    /**
     * Successive halving: one of {@code eta} goes on from each rung, for {@code eta} times the steps; as many rungs as trials and
     * steps allow.
     *
     * @param trials N
     * @param steps of a whole trial
     * @param eta 2 or more
     * @param minSteps of the first rung, at least
     * @throws WeftException where no rung is left before the last
     */
    public static Rungs halving(int trials, int steps, int eta, int minSteps) {
        if (eta < 2) {
            throw WeftException.usage(
                    "--eta " + eta + " must be 2 or more", "3 keeps a third of the trials at each rung");
        }
        if (minSteps < 1 || minSteps >= steps) {
            throw WeftException.usage(
                    "--min-steps " + minSteps + " must be from 1 to below training.steps=" + steps,
                    "it is when trials are compared for the first time");
        }
        long fewer = 1; // by which the first rung's steps are
        while (fewer * eta <= trials && (double) steps / (fewer * eta) >= minSteps) {
            fewer *= eta;
        }
        if (fewer == 1) {
            throw WeftException.usage(
                    "nothing to halve: " + trials + " trials of training.steps=" + steps + " with --eta " + eta
                            + " and --min-steps " + minSteps,
                    "give --trials " + eta + " or more, or fewer --min-steps; --search random trains all to the end");
        }
        List<Rung> rungs = new ArrayList<>();
        int left = trials;
        for (; fewer > 1; fewer /= eta) {
            rungs.add(new Rung((int) ((steps + fewer - 1) / fewer), left));
            left /= eta;
        }
        rungs.add(new Rung(WHOLE, left));
        return new Rungs(rungs);
    }

    /** For people, such as {@code 9 trials to step 100, 3 to step 300, 1 to the end}. */
    public String described() {
        StringBuilder text = new StringBuilder();
        for (Rung rung : rungs) {
            text.append(text.isEmpty() ? rung.trials() + " trials" : ", " + rung.trials())
                    .append(rung.whole() ? " to the end" : " to step " + rung.steps());
        }
        return text.toString();
    }
}
