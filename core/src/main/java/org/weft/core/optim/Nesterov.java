package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.TrainingConfig;

/**
 * Momentum that looks ahead (Nesterov 1983; Sutskever et al. 2013, equations 3 and 4), in the form in which the gradient
 * is taken at the parameters themselves (Bengio, Boulanger-Lewandowski, Pascanu 2013, equation 7), as Deeplearning4j has
 * it. At a constant learning rate the same as PyTorch's {@code SGD(nesterov=True)}; where the rate changes, the velocity
 * keeps the rates of the steps that it comes from.
 */
public final class Nesterov extends Optimizer {
    private final double momentum;

    public Nesterov(TrainingConfig training) {
        this(training, false);
    }

    Nesterov(TrainingConfig training, boolean uniform) {
        super(training, uniform);
        this.momentum = training.momentum();
    }

    @Override
    public List<StateVector> state() {
        return List.of(StateVector.VELOCITY);
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        float scale = factors.scale();
        float keep = factors.keep();
        float rate = (float) factors.rate();
        float mu = (float) momentum;
        float ahead = (float) (1 + momentum);
        float[] w = state.weights();
        float[] velocity = state.vectors()[0];
        for (int i = from; i < to; i++) {
            float before = velocity[i];
            velocity[i] = mu * before - rate * (state.gradient()[i] * scale);
            w[i] = w[i] * keep - (mu * before - ahead * velocity[i]);
        }
    }

    /** A gradient that is the mean of those before, as the velocity weighs them, leaves the velocity as it is: weights move by it. */
    @Override
    void advance(Factors factors, State state, int from, int to) {
        float[] w = state.weights();
        float[] velocity = state.vectors()[0];
        for (int i = from; i < to; i++) {
            w[i] = w[i] * factors.keep() + velocity[i];
        }
    }
}
