package org.weft.trainer.sweep;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Fits {@link PowerLaw} as Hoffmann et al. 2022 (section 3.3) fit theirs: Huber's loss of the difference of logarithms,
 * least over a grid of starts, because the surface has several valleys. E and A are searched as logarithms, so that they
 * stay positive. Pure and repeatable.
 */
public final class PowerLawFit {
    private static final double HUBER = 1e-3;
    private static final int EVALUATIONS = 4000;
    private static final double[] FLOORS = {-4, -0.5, 0.3, 0.9, 1.3}; // log E
    private static final double[] EXPONENTS = {0.05, 0.15, 0.3, 0.5, 0.9};
    private static final double STEEPEST = 3;

    private final double[] logParameters;
    private final double[] logLosses;

    private PowerLawFit(List<SizeResult> results) {
        logParameters = results.stream()
                .mapToDouble(result -> Math.log(result.member().parameters()))
                .toArray();
        logLosses =
                results.stream().mapToDouble(result -> Math.log(result.loss())).toArray();
    }

    /**
     * @param results at least 3, of different sizes
     */
    public static PowerLaw of(List<SizeResult> results) {
        if (results.size() < 3) {
            throw new IllegalArgumentException("a law of 3 constants from " + results.size() + " sizes");
        }
        return new PowerLawFit(results).best();
    }

    /** The predictions of a size by fits that leave one result out each: how much hangs on a single run. */
    public static double[] leaveOneOut(List<SizeResult> results, double parameters) {
        double[] predictions = new double[results.size()];
        for (int i = 0; i < predictions.length; i++) {
            List<SizeResult> others = new ArrayList<>(results);
            others.remove(i);
            predictions[i] = of(others).loss(parameters);
        }
        return predictions;
    }

    private PowerLaw best() {
        double[] best = null;
        double least = Double.POSITIVE_INFINITY;
        for (double floor : FLOORS) {
            for (double exponent : EXPONENTS) {
                // A so that the law passes through the first point where the floor allows it.
                double rest = Math.max(0.05, Math.exp(logLosses[0]) - Math.exp(floor));
                double[] start = {floor, Math.log(rest) + exponent * logParameters[0], exponent};
                double[] found = descend(descend(start));
                double value = objective(found);
                if (value < least) {
                    least = value;
                    best = found;
                }
            }
        }
        return new PowerLaw(Math.exp(best[0]), Math.exp(best[1]), best[2]);
    }

    private double[] descend(double[] start) {
        try {
            PointValuePair found = new SimplexOptimizer(1e-14, 1e-16)
                    .optimize(
                            new ObjectiveFunction(this::objective),
                            GoalType.MINIMIZE,
                            new InitialGuess(start),
                            new NelderMeadSimplex(new double[] {0.2, 0.5, 0.05}),
                            new MaxEval(EVALUATIONS));
            return found.getPoint();
        } catch (TooManyEvaluationsException e) {
            return start; // Another start does better.
        }
    }

    private double objective(double[] point) {
        double exponent = point[2];
        if (exponent <= 0 || exponent > STEEPEST) {
            return 1e6 * (1 + Math.abs(exponent));
        }
        double sum = 0;
        for (int i = 0; i < logLosses.length; i++) {
            double residual = logSumExp(point[0], point[1] - exponent * logParameters[i]) - logLosses[i];
            double size = Math.abs(residual);
            sum += size <= HUBER ? residual * residual / 2 : HUBER * (size - HUBER / 2);
        }
        return sum;
    }

    private static double logSumExp(double a, double b) {
        double larger = Math.max(a, b);
        return larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
    }
}
