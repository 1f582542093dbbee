package org.weft.dl4j.transformer;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.weft.core.batches.Batch;

/**
 * The output head, which is the token embedding again, and its cross-entropy, a few rows at a time: logits of (N, V) are
 * never held, only a buffer of at most {@value #BUFFER_BYTES} bytes (or of one row), which stays from step to step. The
 * gradient is written down, softmax minus one at the target, in the logits' place.
 *
 * <p>N rows, R rows of a chunk, D width, V vocabulary. Chunks depend on V alone and are summed in order.
 */
final class TiedHead implements AutoCloseable {
    static final int BUFFER_BYTES = 32 << 20;

    private final INDArray weight; // (V, D)
    private final INDArray gradient; // (V, D)
    private final int chunkRows;
    private INDArray buffer; // (R, V)

    TiedHead(INDArray weight, INDArray gradient) {
        this(weight, gradient, BUFFER_BYTES);
    }

    TiedHead(INDArray weight, INDArray gradient, int bufferBytes) {
        this.weight = weight;
        this.gradient = gradient;
        this.chunkRows = (int) Math.max(1, bufferBytes / (weight.size(0) * Float.BYTES));
    }

    /**
     * The sum of the targets' losses in nats.
     *
     * @param x (N, D)
     * @param targets (N), {@link Batch#IGNORED} where nothing is predicted
     */
    double loss(INDArray x, int[] targets) {
        double sum = 0;
        double[] losses = new double[targets.length]; // (N)
        for (int row = 0; row < targets.length; row += chunkRows) {
            int count = Math.min(chunkRows, targets.length - row);
            INDArray logits = logits(rows(x, row, count)); // (R, V)
            sum += softmax(logits, targets, row, losses);
        }
        return sum;
    }

    /**
     * As {@link #loss}; writes the gradient of sum / normalizer by x and adds that by the weight to its gradient.
     *
     * @param into (N, D), overwritten
     * @param losses (N), overwritten: nats of each row, 0 where nothing is predicted
     */
    double lossAndGradient(INDArray x, int[] targets, double normalizer, INDArray into, double[] losses) {
        double sum = 0;
        for (int row = 0; row < targets.length; row += chunkRows) {
            int count = Math.min(chunkRows, targets.length - row);
            INDArray part = rows(x, row, count); // (R, D)
            INDArray logits = logits(part); // (R, V)
            sum += softmax(logits, targets, row, losses);
            subtractTargets(logits, targets, row);
            Nd4j.gemm(logits, weight, rows(into, row, count), false, false, 1 / normalizer, 0); // (R, D)
            Nd4j.gemm(logits, part, gradient, true, false, 1 / normalizer, 1); // (V, D)
        }
        return sum;
    }

    /** (n, D) to (n, V). */
    float[][] logitsOf(INDArray x) {
        try (Scratch scratch = new Scratch()) {
            return scratch.keep(Nd4j.gemm(x, weight, false, true)).toFloatMatrix();
        }
    }

    private INDArray logits(INDArray part) {
        if (buffer == null || buffer.size(0) < part.size(0)) {
            close();
            buffer = Nd4j.createUninitializedDetached(DataType.FLOAT, part.size(0), weight.size(0));
        }
        INDArray logits = rows(buffer, 0, (int) part.size(0)); // (R, V)
        return Nd4j.gemm(part, weight, logits, false, true, 1, 0);
    }

    /**
     * Logits become probabilities; returns the sum of losses. A row's log of its sum is minus the log of its largest
     * probability, whose exponent is 0: so no probability is too small to take the logarithm of.
     */
    private static double softmax(INDArray logits, int[] targets, int row, double[] losses) {
        int count = (int) logits.size(0);
        double[] chosen = new double[count];
        for (int i = 0; i < count; i++) {
            chosen[i] = targets[row + i] == Batch.IGNORED ? 0 : logits.getFloat(i, targets[row + i]);
        }
        try (Scratch scratch = new Scratch()) {
            float[] largest = scratch.keep(logits.max(1)).toFloatVector(); // (R)
            Nd4j.getExecutioner().exec(new SoftMax(logits, logits, 1));
            float[] likeliest = scratch.keep(logits.max(1)).toFloatVector(); // (R)
            double sum = 0;
            for (int i = 0; i < count; i++) {
                boolean asked = targets[row + i] != Batch.IGNORED;
                losses[row + i] = asked ? largest[i] - Math.log(likeliest[i]) - chosen[i] : 0;
                sum += losses[row + i];
            }
            return sum;
        }
    }

    private static void subtractTargets(INDArray probabilities, int[] targets, int row) {
        for (int i = 0; i < probabilities.size(0); i++) {
            int target = targets[row + i];
            if (target == Batch.IGNORED) {
                rows(probabilities, i, 1).assign(0);
            } else {
                probabilities.putScalar(i, target, probabilities.getFloat(i, target) - 1);
            }
        }
    }

    private static INDArray rows(INDArray matrix, int first, int count) {
        return matrix.get(NDArrayIndex.interval(first, first + count), NDArrayIndex.all());
    }

    @Override
    public void close() {
        if (buffer != null) {
            Scratch.release(buffer);
            buffer = null;
        }
    }
}
