package org.weft.core.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.checkpoint.FloatFormat;

class GptqTest {
    private static final int INPUTS = 48;
    private static final int OUTPUTS = 12;
    private static final int ROWS = 400;

    @ParameterizedTest
    @CsvSource({"INT4, 0", "INT4, 16", "INT8, 0"})
    void inputsThatGoTogetherLoseLessThanByTheNearest(QuantizationType type, int groupSize) {
        double[][] x = correlated(new Random(1));
        float[] weights = weights(new Random(2));
        QuantizationGrid grid = new QuantizationGrid(type, groupSize, FloatFormat.F32);
        QuantizedMatrix calibrated = new Gptq(squares(x), INPUTS).round(grid, weights, OUTPUTS);
        QuantizedMatrix nearest = QuantizedMatrix.nearest(grid, weights, OUTPUTS, INPUTS);
        assertThat(loss(x, weights, calibrated)).isLessThan(0.5 * loss(x, weights, nearest));
    }

    /** Where no input says anything of another, there is nothing to make up for. */
    @Test
    void inputsThatHaveNothingToDoWithEachOtherAreRoundedToTheNearest() {
        double[] squares = new double[INPUTS * INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            squares[i * INPUTS + i] = 1 + i;
        }
        float[] weights = weights(new Random(3));
        QuantizationGrid grid = new QuantizationGrid(QuantizationType.INT4, 16, FloatFormat.BF16);
        assertThat(new Gptq(squares, INPUTS).round(grid, weights, OUTPUTS))
                .isEqualTo(QuantizedMatrix.nearest(grid, weights, OUTPUTS, INPUTS));
    }

    /** H⁻¹ of two inputs by hand: U[0, 1] / U[0, 0] is what the second has of the first, less. */
    @Test
    void theSecondInputMakesUpForTheFirst() {
        double[] squares = {2, 1, 1, 2}; // damping makes the diagonal 2.02
        QuantizationGrid grid = new QuantizationGrid(QuantizationType.INT4, 0, FloatFormat.F32);
        // scale 1: 0.4 of the first are lost, and the second gets 0.4 / 2.02 of it: -7.5 becomes -7.3
        assertThat(new Gptq(squares, 2)
                        .round(grid, new float[] {0.4f, -7.5f}, 1)
                        .values())
                .containsExactly(0, -7);
        assertThat(new Gptq(squares, 2)
                        .round(grid, new float[] {-7.5f, -6.6f}, 1)
                        .values())
                .as("-7.5 became -8, and -6.6 gets 0.5 / 2.02: -6.35")
                .containsExactly(-8, -6);
    }

    @Test
    void anInputThatIsAlwaysNothingGetsNoWeight() {
        double[][] x = correlated(new Random(4));
        for (double[] row : x) {
            row[5] = 0;
        }
        QuantizedMatrix matrix = new Gptq(squares(x), INPUTS)
                .round(
                        new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.F32),
                        weights(new Random(5)),
                        OUTPUTS);
        for (int output = 0; output < OUTPUTS; output++) {
            assertThat(matrix.at(output, 5)).isZero();
        }
    }

    @Test
    void whatIsNoSumOfSquaresIsRefused() {
        assertThatThrownBy(() -> new Gptq(new double[] {1, 5, 5, 1}, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("H is not positive definite at input 0");
    }

    /** Each input is much like the one before it. */
    private static double[][] correlated(Random random) {
        double[][] x = new double[ROWS][INPUTS];
        for (double[] row : x) {
            double last = 0;
            for (int i = 0; i < INPUTS; i++) {
                last = 0.95 * last + 0.3 * random.nextGaussian();
                row[i] = last;
            }
        }
        return x;
    }

    private static float[] weights(Random random) {
        float[] weights = new float[OUTPUTS * INPUTS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        return weights;
    }

    private static double[] squares(double[][] x) {
        double[] squares = new double[INPUTS * INPUTS];
        for (double[] row : x) {
            for (int i = 0; i < INPUTS; i++) {
                for (int j = 0; j < INPUTS; j++) {
                    squares[i * INPUTS + j] += row[i] * row[j];
                }
            }
        }
        return squares;
    }

    /** Of what the layer gives. */
    private static double loss(double[][] x, float[] weights, QuantizedMatrix matrix) {
        double loss = 0;
        for (double[] row : x) {
            for (int output = 0; output < OUTPUTS; output++) {
                double difference = 0;
                for (int i = 0; i < INPUTS; i++) {
                    difference += row[i] * (weights[output * INPUTS + i] - matrix.at(output, i));
                }
                loss += difference * difference;
            }
        }
        return loss;
    }
}
