package org.weft.core.optim;

/**
 * Linear warm-up, then a cosine down to the least learning rate (Loshchilov and Hutter 2017, "SGDR", equation 5, one
 * period). Step {@code warmupSteps} is the first after the peak's and has the peak itself; the least rate is that of step
 * {@code steps}, which would come after the last: so PyTorch's CosineAnnealingLR and Hugging Face's schedules count, too.
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
