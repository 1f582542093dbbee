package org.weft.server.optim;

import org.weft.core.config.TrainingConfig;

/**
 * Linear warm-up, then a cosine down to the least learning rate at the last step (Loshchilov and Hutter 2017, "SGDR",
 * equation 5, one period).
 */
public record LearningRateSchedule(double peak, double least, int warmupSteps, int steps) {

    public static LearningRateSchedule of(TrainingConfig training) {
        return new LearningRateSchedule(
                training.learningRate(), training.minLearningRate(), training.warmupSteps(), training.steps());
    }

    /** Learning rate of the update from version {@code step} to {@code step + 1}. */
    public double at(int step) {
        if (step < warmupSteps) {
            return peak * (step + 1) / warmupSteps;
        }
        if (step >= steps) {
            return least;
        }
        double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
        return least + 0.5 * (peak - least) * (1 + StrictMath.cos(Math.PI * progress));
    }
}
