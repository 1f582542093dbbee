package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;

/**
 * Adam (Kingma and Ba 2015, algorithm 1), with decoupled weight decay as AdamW (Loshchilov and Hutter 2019, algorithm
 * 2), with the largest second moment as AMSGrad (Reddi, Kale, Kumar 2018, algorithm 2): operation for operation as
 * PyTorch's {@code torch.optim}. With {@code training.epsilon_hat} epsilon stands where the second of Kingma and Ba's
 * forms (end of section 2) has it, and Deeplearning4j's updaters.
 */
public final class Adam extends Optimizer {
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final boolean epsilonHat;
    private final boolean amsgrad;

    public Adam(TrainingConfig training) {
        super(training, false);
        this.beta1 = training.beta1();
        this.beta2 = training.beta2();
        this.epsilon = training.epsilon();
        this.epsilonHat = training.epsilonHat();
        this.amsgrad = training.optimizer() == OptimizerKind.AMSGRAD;
    }

    @Override
    public List<StateVector> state() {
        return amsgrad
                ? List.of(StateVector.EXP_AVG, StateVector.EXP_AVG_SQ, StateVector.MAX_EXP_AVG_SQ)
                : List.of(StateVector.EXP_AVG, StateVector.EXP_AVG_SQ);
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        Coefficients c = coefficients(factors);
        if (amsgrad) {
            updateWithMaximum(c, state, from, to);
        } else {
            update(c, state, from, to);
        }
    }

    private Coefficients coefficients(Factors factors) {
        double rate = factors.rate();
        double correction1 = 1 - StrictMath.pow(beta1, factors.updates() + 1.0);
        double correction2 = 1 - StrictMath.pow(beta2, factors.updates() + 1.0);
        double stepSize = epsilonHat ? rate * Math.sqrt(correction2) / correction1 : rate / correction1;
        return new Coefficients(
                factors.scale(),
                factors.keep(),
                (float) beta1,
                (float) (1 - beta1),
                (float) beta2,
                (float) (1 - beta2),
                (float) stepSize,
                epsilonHat ? 1f : (float) Math.sqrt(correction2),
                (float) epsilon);
    }

    private record Coefficients(
            float scale,
            float keep,
            float b1,
            float c1,
            float b2,
            float c2,
            float stepSize,
            float rootCorrection2,
            float epsilon) {}

    private static void update(Coefficients c, State state, int from, int to) {
        float[] g = state.gradient();
        float[] w = state.weights();
        float[] m = state.vectors()[0];
        float[] v = state.vectors()[1];
        float scale = c.scale();
        float keep = c.keep();
        float b1 = c.b1();
        float c1 = c.c1();
        float b2 = c.b2();
        float c2 = c.c2();
        float stepSize = c.stepSize();
        float root2 = c.rootCorrection2();
        float epsilon = c.epsilon();
        for (int i = from; i < to; i++) {
            float gradient = g[i] * scale;
            float first = m[i] * b1 + c1 * gradient;
            float second = v[i] * b2 + c2 * gradient * gradient;
            m[i] = first;
            v[i] = second;
            float denominator = (float) Math.sqrt(second) / root2 + epsilon;
            w[i] = w[i] * keep - stepSize * (first / denominator);
        }
    }

    private static void updateWithMaximum(Coefficients c, State state, int from, int to) {
        float[] w = state.weights();
        float[] m = state.vectors()[0];
        float[] v = state.vectors()[1];
        float[] largest = state.vectors()[2];
        for (int i = from; i < to; i++) {
            float gradient = state.gradient()[i] * c.scale();
            m[i] = m[i] * c.b1() + c.c1() * gradient;
            v[i] = v[i] * c.b2() + c.c2() * gradient * gradient;
            largest[i] = Math.max(largest[i], v[i]);
            float denominator = (float) Math.sqrt(largest[i]) / c.rootCorrection2() + c.epsilon();
            w[i] = w[i] * c.keep() - c.stepSize() * (m[i] / denominator);
        }
    }

    @Override
    void advance(Factors factors, State state, int from, int to) {
        Coefficients c = coefficients(factors);
        float[] w = state.weights();
        float[] m = state.vectors()[0];
        float[] v = state.vectors()[amsgrad ? 2 : 1];
        float keep = c.keep();
        float stepSize = c.stepSize();
        float root2 = c.rootCorrection2();
        float epsilon = c.epsilon();
        for (int i = from; i < to; i++) {
            w[i] = w[i] * keep - stepSize * (m[i] / ((float) Math.sqrt(v[i]) / root2 + epsilon));
        }
    }
}
