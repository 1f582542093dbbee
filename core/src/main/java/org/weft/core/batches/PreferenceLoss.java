package org.weft.core.batches;

import java.io.Serializable;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.PreferenceLossName;

/**
 * What a pair of answers costs by its margin h: how much likelier than at the start the better answer has become, in nats, less the
 * same of the worse one. As in TRL's {@code DPOTrainer}:
 *
 * <pre>
 *   sigmoid   -(1 - s) log sigmoid(beta h) - s log sigmoid(-beta h)      Rafailov et al. 2023, equation 7; s: Mitchell 2023
 *   hinge     max(0, 1 - beta h)                                         Zhao et al. 2023
 *   ipo       (h - 1 / (2 beta))^2, nats a token                         Azar et al. 2023, equation 17
 * </pre>
 *
 * @param smoothing s, share of the pairs that are taken to be the wrong way round
 */
public record PreferenceLoss(PreferenceLossName kind, double beta, double smoothing) implements Serializable {

    static PreferenceLoss of(FinetuneConfig tuning) {
        return new PreferenceLoss(tuning.preferenceLoss(), tuning.preferenceBeta(), tuning.labelSmoothing());
    }

    /** Whether an answer counts by its mean over tokens, not by their sum. */
    boolean byToken() {
        return kind == PreferenceLossName.IPO;
    }

    double value(double margin) {
        double scaled = beta * margin;
        return switch (kind) {
            case SIGMOID -> (1 - smoothing) * softplus(-scaled) + smoothing * softplus(scaled);
            case HINGE -> Math.max(0, 1 - scaled);
            case IPO -> square(margin - 1 / (2 * beta));
        };
    }

    /** The derivative by the margin. */
    double slope(double margin) {
        double scaled = beta * margin;
        return switch (kind) {
            case SIGMOID -> beta * (smoothing * sigmoid(scaled) - (1 - smoothing) * sigmoid(-scaled));
            case HINGE -> scaled < 1 ? -beta : 0;
            case IPO -> 2 * (margin - 1 / (2 * beta));
        };
    }

    private static double square(double x) {
        return x * x;
    }

    /** log(1 + exp(x)), which never overflows. */
    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }
}
