package org.weft.core.optim;

/**
 * Linear warm-up, then a cosine down to the least learning rate at the last step (Loshchilov and Hutter 2017, "SGDR",
 * equation 5, one period).
 */
public record WarmupCosine(double peak, double least, int warmupSteps, int steps) implements LearningRateSchedule {

    @Override
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
