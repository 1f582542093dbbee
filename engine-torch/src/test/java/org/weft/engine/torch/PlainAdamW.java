package org.weft.engine.torch;

import java.nio.FloatBuffer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/** AdamW (Loshchilov and Hutter 2019, algorithm 2) as plainly as it can be written: betas 0.9 and 0.95, decay 0.1. */
final class PlainAdamW {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPSILON = 1e-8;
    private static final double DECAY = 0.1;

    private final ParameterLayout layout;
    private final float[] first;
    private final float[] second;
    private int steps;

    PlainAdamW(ParameterLayout layout) {
        this.layout = layout;
        first = new float[(int) layout.size()];
        second = new float[(int) layout.size()];
    }

    /** @param scale of the gradient: what clipping leaves of it */
    void step(FloatBuffer parameters, float[] gradient, double learningRate, double scale) {
        steps++;
        double correction1 = 1 - Math.pow(BETA1, steps);
        double correction2 = 1 - Math.pow(BETA2, steps);
        for (Parameter parameter : layout.parameters()) {
            double keep = 1 - (parameter.decay() ? learningRate * DECAY : 0);
            for (int i = (int) parameter.offset(); i < parameter.end(); i++) {
                double g = gradient[i] * scale;
                first[i] = (float) (BETA1 * first[i] + (1 - BETA1) * g);
                second[i] = (float) (BETA2 * second[i] + (1 - BETA2) * g * g);
                double denominator = Math.sqrt(second[i] / correction2) + EPSILON;
                parameters.put(
                        i, (float) (parameters.get(i) * keep - learningRate * first[i] / correction1 / denominator));
            }
        }
    }
}
