package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.LlamaFamily;
import org.weft.core.params.Initializer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.quantize.QuantizedParameters;

/** Each way to multiply whole numbers beside the same product in float64. */
class QuantizedWeightTest {
    private static final int OUTPUTS = 48;
    private static final int INPUTS = 128;
    private static final int LAST_ROW = 40;

    private record Way(QuantizationType type, int groupSize, boolean activations, boolean fast, int rows, int inputs) {}

    static Stream<Way> ways() {
        return Stream.of(1, 5, LAST_ROW).flatMap(rows -> Stream.of(true, false)
                .flatMap(fast -> Stream.of(
                        new Way(QuantizationType.INT8, 0, false, fast, rows, INPUTS),
                        new Way(QuantizationType.INT8, 0, false, fast, rows, 24), // of no kernel's width
                        new Way(QuantizationType.INT4, 8, false, fast, rows, 24),
                        new Way(QuantizationType.INT8, 0, true, fast, rows, INPUTS),
                        new Way(QuantizationType.INT4, 32, false, fast, rows, INPUTS),
                        new Way(QuantizationType.INT4, 0, false, fast, rows, INPUTS),
                        new Way(QuantizationType.INT4, 2, false, fast, rows, INPUTS))));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void productsAreThoseOfTheNumbersThatWholeNumbersStandFor(Way way) {
        int inputs = way.inputs;
        Random random = new Random(11);
        QuantizationGrid grid = new QuantizationGrid(way.type, way.groupSize, FloatFormat.BF16);
        QuantizedMatrix matrix = QuantizedMatrix.nearest(grid, gaussian(random, OUTPUTS * inputs), OUTPUTS, inputs);
        float[] x = gaussian(random, way.rows * inputs);
        float[] y = product(way, matrix, x);
        if (way.activations) { // rounded as a matrix of as many outputs would be
            QuantizationGrid rows = new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.F32);
            QuantizedMatrix rounded = QuantizedMatrix.nearest(rows, x, way.rows, inputs);
            for (int i = 0; i < x.length; i++) {
                x[i] = rounded.at(i / inputs, i % inputs);
            }
        }
        double digits = way.fast && !way.activations ? 1.0 / 64 : 1e-5; // bfloat16 has 8 binary digits, for each factor
        for (int row = 0; row < way.rows; row++) {
            for (int output = 0; output < OUTPUTS; output++) {
                double sum = 0;
                double size = 0;
                for (int i = 0; i < inputs; i++) {
                    double part = (double) x[row * inputs + i] * matrix.at(output, i);
                    sum += part;
                    size += part * part;
                }
                assertThat((double) y[row * OUTPUTS + output])
                        .as("%s row %d output %d", way, row, output)
                        .isCloseTo(sum, within(digits * (Math.sqrt(size) + Math.abs(sum))));
            }
        }
    }

    @Test
    void aRowOfRoundedInputsDoesNotDependOnTheRowsBesideIt() {
        Random random = new Random(5);
        QuantizationGrid grid = new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.F32);
        QuantizedMatrix matrix = QuantizedMatrix.nearest(grid, gaussian(random, OUTPUTS * INPUTS), OUTPUTS, INPUTS);
        float[] rows = gaussian(random, LAST_ROW * INPUTS);
        for (int i = INPUTS; i < 2 * INPUTS; i++) {
            rows[i] *= 1000;
        }
        Arrays.fill(rows, 2 * INPUTS, 3 * INPUTS, 0);
        float[] together = product(new Way(QuantizationType.INT8, 0, true, true, LAST_ROW, INPUTS), matrix, rows);
        float[] alone =
                product(new Way(QuantizationType.INT8, 0, true, true, 1, INPUTS), matrix, Arrays.copyOf(rows, INPUTS));
        assertThat(Arrays.copyOf(together, OUTPUTS)).isEqualTo(alone);
        assertThat(Arrays.copyOfRange(together, 2 * OUTPUTS, 3 * OUTPUTS)).containsOnly(0);
    }

    private static float[] product(Way way, QuantizedMatrix matrix, float[] x) {
        NativeRuntime.setThreads(1);
        Parameter parameter = ParameterLayout.builder()
                .addFactor("w", List.of(OUTPUTS, way.inputs), true, Initializer.ZEROS)
                .build()
                .parameters()
                .get(0);
        QuantizedParameters how =
                new QuantizedParameters(way.type, way.groupSize, way.activations, Set.of(parameter.name()));
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            QuantizedKernels kernels =
                    way.fast ? new QuantizedKernels(true, ScalarType.BFloat16) : QuantizedKernels.plain();
            QuantizedWeight weight = QuantizedWeight.of(parameter, how, new LlamaFamily(), kernels);
            weight.fill(matrix);
            Tensor product = weight.apply(Tensor.create(x).view(1, -1, way.inputs)); // (1, N, O)
            assertThat(product.sizes().vec().get()).containsExactly(1, way.rows, OUTPUTS);
            float[][] rows = Logits.toHost(product.view(-1, OUTPUTS));
            float[] all = new float[way.rows * OUTPUTS];
            for (int row = 0; row < way.rows; row++) {
                System.arraycopy(rows[row], 0, all, row * OUTPUTS, OUTPUTS);
            }
            return all;
        }
    }

    private static float[] gaussian(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
