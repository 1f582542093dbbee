package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.TrainingConfig;

/** Stochastic gradient descent (Robbins and Monro 1951): against the gradient, by the learning rate. Keeps nothing. */
public final class Sgd extends Optimizer {

    public Sgd(TrainingConfig training) {
        super(training, false);
    }

    @Override
    public List<StateVector> state() {
        return List.of();
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        float scale = factors.scale();
        float keep = factors.keep();
        float rate = (float) factors.rate();
        float[] w = state.weights();
        for (int i = from; i < to; i++) {
            w[i] = w[i] * keep - rate * (state.gradient()[i] * scale);
        }
    }

    @Override
    void advance(Factors factors, State state, int from, int to) {
        // It keeps nothing that says where to.
    }
}
