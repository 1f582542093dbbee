package org.weft.core.optim;

import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.Decay;

/** The learning rate of each step. */
public sealed interface LearningRateSchedule permits WarmupStableDecay, LearningRateTable {

    /** Learning rate of the update from version {@code step} to {@code step + 1}. */
    double at(int step);

    /** {@code training.learning_rates} where there are any, else warm-up and what {@code training.schedule} names. */
    static LearningRateSchedule of(TrainingConfig training) {
        if (!training.learningRates().isEmpty()) {
            return LearningRateTable.parse(training.learningRates());
        }
        int warmup = training.warmupSteps();
        int steps = training.steps();
        double peak = training.learningRate();
        double least = training.minLearningRate();
        return switch (training.schedule()) {
            case COSINE -> WarmupStableDecay.downFromWarmup(peak, least, warmup, steps, Decay.COSINE);
            case LINEAR -> WarmupStableDecay.downFromWarmup(peak, least, warmup, steps, Decay.LINEAR);
            case CONSTANT -> new WarmupStableDecay(peak, peak, warmup, steps, steps, Decay.LINEAR);
            case WSD -> new WarmupStableDecay(peak, least, warmup, training.decayBegins(), steps, training.decay());
        };
    }
}
