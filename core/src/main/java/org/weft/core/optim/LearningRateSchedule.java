package org.weft.core.optim;

import org.weft.core.config.TrainingConfig;

/** The learning rate of each step. */
public sealed interface LearningRateSchedule permits WarmupCosine, LearningRateTable {

    /** Learning rate of the update from version {@code step} to {@code step + 1}. */
    double at(int step);

    /** {@code training.learning_rates} where there are any, else warm-up and cosine. */
    static LearningRateSchedule of(TrainingConfig training) {
        return training.learningRates().isEmpty()
                ? new WarmupCosine(
                        training.learningRate(), training.minLearningRate(), training.warmupSteps(), training.steps())
                : LearningRateTable.parse(training.learningRates());
    }
}
