package org.weft.simulation;

import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * The model that is trained: a gradient that depends on every weight's bits, on step and on lane, with lanes of very
 * different size, so that no two orders of summation agree.
 */
final class Arithmetic {
    private Arithmetic() {}

    static float[] gradient(int step, int lane, float[] weights) {
        float[] gradient = new float[weights.length];
        float size = (float) Math.pow(10, lane % 3);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = size * noise(step, lane, i) + weights[i] / 3;
        }
        return gradient;
    }

    static double loss(int step, int lane, float[] weights) {
        double loss = 0;
        for (int i = 0; i < weights.length; i++) {
            loss += weights[i] * noise(step, lane, i);
        }
        return loss;
    }

    static double validationLoss(int batch, float[] weights) {
        return loss(0, 1000 + batch, weights);
    }

    /** Weights as products in bfloat16 take them: factors rounded. */
    static float[] rounded(ParameterLayout layout, float[] weights) {
        float[] taken = weights.clone();
        for (Parameter parameter : layout.parameters()) {
            for (int i = (int) parameter.offset(); parameter.factor() && i < parameter.end(); i++) {
                taken[i] =
                        Float.intBitsToFloat(FloatFormat.toBfloat16(Float.floatToRawIntBits(weights[i])) << Short.SIZE);
            }
        }
        return taken;
    }

    /** A number in [-1, 1) of these three. */
    private static float noise(int step, int lane, int i) {
        long z = (step * 1_000_003L + lane) * 1_000_033L + i;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >> 40) * 0x1.0p-23f;
    }
}
