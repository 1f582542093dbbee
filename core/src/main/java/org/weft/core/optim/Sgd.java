package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.TrainingConfig;
import org.weft.core.params.ParameterRule;
import org.weft.core.protocol.BucketKey.Part;

/** Stochastic gradient descent (Robbins and Monro 1951): against the gradient, by the learning rate. Keeps nothing. */
public final class Sgd implements Optimizer {
    private final Regularization regularization;
    private final LearningRateSchedule schedule;

    public Sgd(TrainingConfig training) {
        this.regularization = Regularization.of(training);
        this.schedule = LearningRateSchedule.of(training);
    }

    @Override
    public List<Part> state() {
        return List.of();
    }

    @Override
    public boolean changesGradient(ParameterRule rule) {
        return regularization.changes(rule);
    }

    @Override
    public void update(int step, float scale, State state, Segment segment) {
        if (segment.rule().direct()) {
            Regularization.subtract(state, segment);
            return;
        }
        double rate = schedule.at(step) * segment.rule().rate();
        float left = regularization.apply(scale, state, segment);
        float keep = regularization.keep(segment, rate);
        float[] w = state.weights();
        for (int i = segment.from(); i < segment.to(); i++) {
            w[i] = w[i] * keep - (float) rate * (state.gradient()[i] * left);
        }
    }
}
