package org.weft.trainer.sweep;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.weft.core.WeftException;

/**
 * The results of a family, the law of all but the largest size, and what it says of that one.
 *
 * @param fitted by size
 * @param heldOut the largest; no part of the fit
 * @param low two standard errors below the prediction, by leaving each size out in turn (the jackknife)
 * @param high two above
 */
public record Study(
        List<SizeResult> fitted, SizeResult heldOut, PowerLaw law, double predicted, double low, double high) {
    private static final double STANDARD_ERRORS = 2;
    /** One more than the law's constants, so that each may be left out. */
    private static final int FEWEST_FITTED = 4;

    public static Study of(List<SizeResult> results) {
        List<SizeResult> bySize = results.stream()
                .sorted(Comparator.comparingLong(result -> result.member().parameters()))
                .toList();
        int last = bySize.size() - 1;
        if (last < FEWEST_FITTED) {
            throw WeftException.usage(
                    "a law from " + last + " sizes says nothing", "give --sizes " + FEWEST_FITTED + " or more");
        }
        List<SizeResult> fitted = bySize.subList(0, last);
        SizeResult heldOut = bySize.get(last);
        PowerLaw law = PowerLawFit.of(fitted);
        double parameters = heldOut.member().parameters();
        double predicted = law.loss(parameters);
        double error = STANDARD_ERRORS * jackknife(PowerLawFit.leaveOneOut(fitted, parameters));
        return new Study(fitted, heldOut, law, predicted, predicted - error, predicted + error);
    }

    private static double jackknife(double[] predictions) {
        double mean = Arrays.stream(predictions).average().orElse(0);
        double squares =
                Arrays.stream(predictions).map(p -> (p - mean) * (p - mean)).sum();
        return Math.sqrt((predictions.length - 1.0) / predictions.length * squares);
    }

    /** By how many percent of the measured loss the prediction of the held-out size was off. */
    public double errorPercent() {
        return 100 * (predicted - heldOut.loss()) / heldOut.loss();
    }

    /** By how many percent a size's loss lies above the law. */
    public double residualPercent(SizeResult result) {
        double expected = law.loss(result.member().parameters());
        return 100 * (result.loss() - expected) / expected;
    }

    /** What a model twice as large gains at some size, in nats. */
    public double gainOfDoubling(double parameters) {
        return law.loss(parameters) - law.loss(2 * parameters);
    }
}
