package org.weft.coordinator;

import org.weft.core.config.TrainingConfig.NonFinite;
import org.weft.core.config.TrainingConfig;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.LearningRateSchedule;

/**
 * What is decided about a step of which everything is known: by how much its gradient is clipped, and what follows where a
 * number is not finite. Owned by the coordinator's thread.
 */
final class UpdateRule {
    /** Steps in a row that may be skipped for numbers that are not finite. */
    private static final int MOST_SKIPPED = 10;

    private final LearningRateSchedule schedule;
    private final GradientClip clip;
    private final boolean stops;
    private int skipped;

    UpdateRule(TrainingConfig training) {
        this.schedule = LearningRateSchedule.of(training);
        this.clip = new GradientClip(training.clipNorm());
        this.stops = training.nonFinite() == NonFinite.STOP;
    }

    /** Whether a number that is not finite ends the run. */
    boolean isFatal(String notFinite) {
        return notFinite != null && (stops || skipped >= MOST_SKIPPED);
    }

    /** Takes note of what is done with a step. */
    void decided(boolean skip) {
        skipped = skip ? skipped + 1 : 0;
    }

    /** Steps before the one at hand that were skipped in a row. */
    int skipped() {
        return skipped;
    }

    float scale(StepLedger ledger) {
        return clip.scale(ledger.gradientNorm());
    }

    double learningRate(int step) {
        return schedule.at(step);
    }
}
