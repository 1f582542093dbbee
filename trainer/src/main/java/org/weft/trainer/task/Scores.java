package org.weft.trainer.task;

/** From outputs to probabilities, in double precision. */
final class Scores {
    private Scores() {}

    /** Probabilities of {@code count} outputs, the first at {@code from} and each {@code stride} after the one before. */
    static double[] softmax(float[] outputs, int from, int stride, int count) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, outputs[from + i * stride]);
        }
        double[] probabilities = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            probabilities[i] = Math.exp(outputs[from + i * stride] - largest);
            sum += probabilities[i];
        }
        for (int i = 0; i < count; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    static double sigmoid(double output) {
        return 1 / (1 + Math.exp(-output));
    }

    /** Index of the largest, the first of equals. */
    static int largest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
