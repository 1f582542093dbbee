package org.weft.core.quantize;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Rounding by what a matrix is multiplied with (GPTQ: Frantar et al. 2022): inputs of an output are rounded one after the other, and
 * what was lost by one is made up for by those that are still to come, as far as they go together in the text. With H = Σ x xᵀ
 * over the inputs x of a corpus, and U the upper triangle with UᵀU = H⁻¹,
 *
 * <pre>
 *   e = (w[i] - q[i]) / U[i, i]      w[j] -= e U[i, j]    for j &gt; i
 * </pre>
 *
 * <p>{@value #DAMPING} of the mean of H's diagonal is added to it. An input that is always 0 gets a diagonal of 1, and its weights become 0.
 * A group's scale is taken of its weights as they are when its first input comes; outputs that have one scale keep the one of the weights
 * as they were.
 *
 * <p>O outputs, I inputs. O I² / 2 multiplications in float64, and I³ / 3 for U; outputs are shared out among the processor's cores, each
 * computed as it would be alone.
 */
public final class Gptq {
    private static final double DAMPING = 0.01;

    private final int inputs;
    private final double[][] upper; // row i from U[i, i] on: (I - i)
    private final boolean[] dead;

    /**
     * @param squares H, of which the upper triangle is read: (I, I), row after row
     */
    public Gptq(double[] squares, int inputs) {
        if (squares.length != inputs * inputs) {
            throw new IllegalArgumentException("squares=" + squares.length + " inputs=" + inputs);
        }
        this.inputs = inputs;
        dead = new boolean[inputs];
        double mean = 0;
        for (int i = 0; i < inputs; i++) {
            dead[i] = squares[i * inputs + i] == 0;
            mean += squares[i * inputs + i] / inputs;
        }
        double[][] factor = new double[inputs][]; // row i: H[i, i …] becomes R[i, i …]
        for (int i = 0; i < inputs; i++) {
            factor[i] = Arrays.copyOfRange(squares, i * inputs + i, (i + 1) * inputs);
            factor[i][0] = dead[i] ? 1 : factor[i][0] + DAMPING * mean;
        }
        factor(factor);
        upper = inverse(factor);
    }

    /** H = R Rᵀ with R upper triangular, from the last row up. */
    private static void factor(double[][] rows) {
        int size = rows.length;
        double[][] columns = new double[size][]; // column j of R above its diagonal, for sums over what is contiguous
        for (int j = size - 1; j >= 0; j--) {
            double pivot = Math.sqrt(rows[j][0]);
            if (!(pivot > 0)) {
                throw new ArithmeticException("H is not positive definite at input " + j);
            }
            double[] column = new double[j + 1];
            for (int i = 0; i < j; i++) {
                column[i] = rows[i][j - i] / pivot;
            }
            column[j] = pivot;
            columns[j] = column;
            for (int i = 0; i < j; i++) {
                double own = column[i];
                double[] row = rows[i];
                for (int k = i; k < j; k++) {
                    row[k - i] -= own * column[k];
                }
            }
        }
        for (int j = 0; j < size; j++) {
            for (int i = 0; i <= j; i++) {
                rows[i][j - i] = columns[j][i];
            }
        }
    }

    /** U = R⁻¹, whose UᵀU is (R Rᵀ)⁻¹. */
    private static double[][] inverse(double[][] factor) {
        int size = factor.length;
        double[][] inverse = new double[size][];
        for (int i = size - 1; i >= 0; i--) {
            double[] row = new double[size - i];
            for (int k = i + 1; k < size; k++) {
                double own = factor[i][k - i];
                double[] below = inverse[k];
                for (int j = k; j < size; j++) {
                    row[j - i] -= own * below[j - k];
                }
            }
            double pivot = factor[i][0];
            for (int j = 1; j < row.length; j++) {
                row[j] /= pivot;
            }
            row[0] = 1 / pivot;
            inverse[i] = row;
        }
        return inverse;
    }

    /**
     * A matrix whose inputs these are, rounded.
     *
     * @param weights (O, I), row after row
     */
    public QuantizedMatrix round(QuantizationGrid grid, float[] weights, int outputs) {
        QuantizedMatrix matrix = new QuantizedMatrix(grid, outputs, inputs);
        IntStream.range(0, outputs).parallel().forEach(output -> round(matrix, weights, output));
        return matrix;
    }

    private void round(QuantizedMatrix matrix, float[] weights, int output) {
        QuantizationGrid grid = matrix.grid();
        double[] left = new double[inputs];
        for (int i = 0; i < inputs; i++) {
            left[i] = dead[i] ? 0 : weights[output * inputs + i];
        }
        int length = grid.groupLength(inputs);
        float scale = 0;
        for (int i = 0; i < inputs; i++) {
            if (i % length == 0) {
                scale = grid.scale(magnitude(left, i, length));
                matrix.scales()[output * grid.groups(inputs) + i / length] = scale;
            }
            byte whole = grid.nearest((float) left[i], scale);
            matrix.values()[output * inputs + i] = whole;
            double[] row = upper[i];
            double error = (left[i] - whole * scale) / row[0];
            for (int j = i + 1; j < inputs; j++) {
                left[j] -= error * row[j - i];
            }
        }
    }

    private static float magnitude(double[] weights, int start, int length) {
        double largest = 0;
        for (int i = start; i < start + length; i++) {
            largest = Math.max(largest, Math.abs(weights[i]));
        }
        return (float) largest;
    }
}
