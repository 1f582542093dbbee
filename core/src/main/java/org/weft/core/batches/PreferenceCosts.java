package org.weft.core.batches;

import java.io.Serializable;
import org.weft.core.scores.PreferenceScores;

/**
 * What a batch's pairs of answers cost.
 *
 * @param loss summed over pairs
 * @param slopes (B): the derivative of {@code loss} by the nats of each answer
 */
public record PreferenceCosts(double loss, double[] slopes, PreferenceScores scores) implements Serializable {

    /** @param nats (B) */
    static PreferenceCosts of(Targets.Preferences asked, double[] nats) {
        PreferenceLoss loss = asked.loss();
        int context = asked.tokens().ids().length / nats.length;
        double sum = 0;
        double[] slopes = new double[nats.length];
        PreferenceScores scores = null;
        for (int better = 0; better < nats.length; better += 2) {
            double[] gains = new double[2]; // log-probability less that at the start
            double[] parts = new double[2]; // what a nat counts
            double kl = 0;
            for (int i = 0; i < 2; i++) {
                double gain = -nats[better + i] - asked.reference()[better + i];
                parts[i] = loss.byToken() ? 1.0 / Math.max(1, asked.countOf(better + i, context)) : 1;
                gains[i] = gain * parts[i];
                kl -= gain;
            }
            double margin = gains[0] - gains[1];
            sum += loss.value(margin);
            double slope = loss.slope(margin);
            slopes[better] = -slope * parts[0];
            slopes[better + 1] = slope * parts[1];
            PreferenceScores pair = PreferenceScores.ofPair(loss.beta() * gains[0], loss.beta() * gains[1], kl);
            scores = scores == null ? pair : scores.plus(pair);
        }
        return new PreferenceCosts(sum, slopes, scores);
    }
}
