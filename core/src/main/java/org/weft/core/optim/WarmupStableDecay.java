package org.weft.core.optim;

import org.weft.core.config.TrainingConfig.Decay;

/**
 * Linear warm-up, the peak for as long as there are steps, and a short way down to the least learning rate at the end ("WSD": Hu et al.
 * 2024, "MiniCPM", arXiv 2404.06395, section 4). Until the way down begins no step's rate depends on how many are to come, so that a run
 * which goes on from there to another end is the one that had that end from the beginning. Step {@code warmupSteps} is the first after the
 * peak's and has the peak itself; the least rate is that of step {@code steps}, which would come after the last: so PyTorch's
 * CosineAnnealingLR and Hugging Face's schedules count, too.
 *
 * @param decayBegins the first step that is not the peak's; {@code steps} where there is no way down
 */
public record WarmupStableDecay(double peak, double least, int warmupSteps, int decayBegins, int steps, Decay decay)
        implements LearningRateSchedule {

    /** Without steps at the peak: one period of Loshchilov and Hutter 2017, "SGDR", equation 5, or another way down. */
    static WarmupStableDecay downFromWarmup(double peak, double least, int warmupSteps, int steps, Decay decay) {
        return new WarmupStableDecay(peak, least, warmupSteps, Math.min(warmupSteps, steps), steps, decay);
    }

    @Override
    public double at(int step) {
        if (step < warmupSteps) {
            return peak * (step + 1) / warmupSteps;
        }
        if (step >= steps) {
            return least;
        }
        if (step < decayBegins) {
            return peak;
        }
        double progress = (double) (step - decayBegins) / (steps - decayBegins);
        return least + (peak - least) * left(progress);
    }

    private double left(double progress) {
        return switch (decay) {
            case LINEAR -> 1 - progress;
            // Haegele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations", arXiv
            // 2405.18392, equation 1.
            case SQRT -> 1 - StrictMath.sqrt(progress);
            case COSINE -> 0.5 * (1 + StrictMath.cos(Math.PI * progress));
        };
    }
}
