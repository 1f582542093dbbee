package org.weft.tuning.metrics;

/** From outputs to probabilities, in double precision. */
public final class Probabilities {
    private Probabilities() {}

    /** Probabilities of {@code count} outputs, the first at {@code from} and each {@code stride} after the one before. */
    public static double[] softmax(float[] outputs, int from, int stride, int count) {
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

    /** Of one output. */
    public static double sigmoid(double output) {
        return 1 / (1 + Math.exp(-output));
    }

    /** Index of the largest, the first of equals. */
    public static int largest(float[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /** Index of the largest, the first of equals. */
    public static int largest(double[] values) {
        return largest(values, 0, values.length);
    }

    /** The first of the largest of {@code count} numbers, counted from {@code from}. */
    public static int largest(double[] values, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[from + i] > values[from + best]) {
                best = i;
            }
        }
        return best;
    }
}
