package org.weft.core.optim;

import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.optim.Optimizer.Segment;
import org.weft.core.optim.Optimizer.State;
import org.weft.core.params.ParameterRule;

/**
 * What comes to a gradient before the optimizer sees it, and what weights lose beside it.
 *
 * @param decoupled weight decay of the run that shrinks weights, for those that decay
 * @param l2 weight decay of the run that is added to the gradient, for those that decay
 */
record Regularization(double decoupled, double l2) {

    static Regularization of(TrainingConfig training) {
        double decay = training.weightDecay();
        return training.optimizer() == OptimizerKind.ADAMW || training.optimizer() == OptimizerKind.MUON
                ? new Regularization(decay, 0)
                : new Regularization(0, decay);
    }

    /** The factor of the weights. */
    float keep(Segment segment, double rate) {
        ParameterRule rule = segment.rule();
        double decay = (rule.decay() ? decoupled : 0) + rule.weightDecay();
        return decay == 0 ? 1f : (float) (1 - rate * decay);
    }

    /**
     * Clips the gradient's elements and adds l1 and l2 to them, in place, where the segment's rule asks for any of it.
     *
     * @param scale the gradient's factor from clipping by its norm, which comes first
     * @return what is left to multiply the gradient by
     */
    float apply(float scale, State state, Segment segment) {
        ParameterRule rule = segment.rule();
        float l1 = (float) rule.l1();
        float both = (float) (rule.l2() + (rule.decay() ? l2 : 0));
        float limit = rule.clipValue() > 0 ? (float) rule.clipValue() : Float.POSITIVE_INFINITY;
        if (l1 == 0 && both == 0 && rule.clipValue() == 0) {
            return scale;
        }
        float[] g = state.gradient();
        float[] w = state.weights();
        for (int i = segment.from(); i < segment.to(); i++) {
            float clipped = Math.max(-limit, Math.min(limit, g[i] * scale));
            g[i] = clipped + both * w[i] + l1 * Math.signum(w[i]);
        }
        return 1f;
    }

    /** Whether {@link #apply} changes a gradient in place. */
    boolean changes(ParameterRule rule) {
        return rule.l1() != 0 || rule.l2() != 0 || rule.clipValue() > 0 || (rule.decay() && l2 != 0);
    }

    /** The update of what no optimizer moves. */
    static void subtract(State state, Segment segment) {
        for (int i = segment.from(); i < segment.to(); i++) {
            state.weights()[i] -= state.gradient()[i];
        }
    }
}
