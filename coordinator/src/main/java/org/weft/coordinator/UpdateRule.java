package org.weft.coordinator;

import java.util.BitSet;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.NonFinite;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.LearningRateSchedule;

/**
 * What is decided about a step of which everything is known: by how much its gradient is clipped, and what follows where a
 * number is not finite. Remembers which steps were skipped, so that a run that goes back to a checkpoint knows what was done
 * up to there. Owned by the coordinator's thread.
 */
final class UpdateRule {
    /** Updates in a row that may be skipped for numbers that are not finite. */
    private static final int MOST_SKIPPED = 10;

    private final LearningRateSchedule schedule;
    private final SyncConfig sync;
    private final GradientClip clip;
    private final boolean stops;
    /** Of the plan's start. */
    private final int skippedAtStart;
    /** Those since then; what is beyond the step at hand is of a line of versions that was given up. */
    private final BitSet skipped = new BitSet();

    UpdateRule(RunPlan plan) {
        TrainingConfig training = plan.config().training();
        this.skippedAtStart = plan.startSkipped();
        this.schedule = LearningRateSchedule.of(training);
        this.sync = plan.config().sync();
        this.clip = new GradientClip(training.clipNorm());
        this.stops = training.nonFinite() == NonFinite.STOP;
    }

    /** Whether a number that is not finite ends the run. */
    boolean isFatal(int step, String notFinite) {
        return notFinite != null && (stops || skippedInARowBefore(step) >= mostSkipped(step));
    }

    /** Steps in a row, of which a round counts as one. */
    private int mostSkipped(int step) {
        return MOST_SKIPPED * (sync.takesRound(step) ? sync.stride() : 1);
    }

    /** Takes note of what is done with a step. */
    void decided(int step, int next, boolean skip) {
        skipped.set(step, next, skip);
    }

    /** Steps immediately before this one that this process skipped. */
    int skippedInARowBefore(int step) {
        return step - 1 - skipped.previousClearBit(step - 1);
    }

    /** How many of the steps that lead to this version were skipped; the others were updates. */
    int skippedBefore(int step) {
        return skippedAtStart + skipped.get(0, step).cardinality();
    }

    /** The factor for a step's sum; what lanes moved by in a round was clipped by each of them. */
    float scale(StepLedger ledger) {
        return sync.takesRound(ledger.step) ? 1f : clip.scale(ledger.gradientNorm());
    }

    double learningRate(int step) {
        return schedule.at(step);
    }
}
