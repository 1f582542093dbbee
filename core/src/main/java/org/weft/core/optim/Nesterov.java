package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.TrainingConfig;
import org.weft.core.params.ParameterRule;
import org.weft.core.protocol.BucketKey.Part;

/**
 * Momentum that looks ahead (Nesterov 1983; Sutskever et al. 2013, equations 3 and 4), in the form in which the gradient
 * is taken at the parameters themselves (Bengio, Boulanger-Lewandowski, Pascanu 2013, equation 7), as Deeplearning4j has
 * it. At a constant learning rate the same as PyTorch's {@code SGD(nesterov=True)}; where the rate changes, the velocity
 * keeps the rates of the steps that it comes from.
 */
public final class Nesterov implements Optimizer {
    private final double momentum;
    private final Regularization regularization;
    private final LearningRateSchedule schedule;

    public Nesterov(TrainingConfig training) {
        this.momentum = training.momentum();
        this.regularization = Regularization.of(training);
        this.schedule = LearningRateSchedule.of(training);
    }

    @Override
    public List<Part> state() {
        return List.of(Part.VELOCITY);
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
        float mu = (float) momentum;
        float ahead = (float) (1 + momentum);
        float[] w = state.weights();
        float[] velocity = state.vectors()[0];
        for (int i = segment.from(); i < segment.to(); i++) {
            float before = velocity[i];
            velocity[i] = mu * before - (float) rate * (state.gradient()[i] * left);
            w[i] = w[i] * keep - (mu * before - ahead * velocity[i]);
        }
    }
}
