package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.quantize.QuantizedParameters;
import org.weft.engine.GradientListener;
import org.weft.engine.ReplicaOptions;

/** Weights that are rounded while they learn: losses and gradients are those of a model whose weights were rounded before. */
class GridRoundingTest {
    private static final int VOCABULARY = 11;
    private static final int CONTEXT = 6;

    static Stream<Arguments> models() {
        return Stream.of("gpt2", "llama", "qwen2", "bert").flatMap(name -> Stream.of(
                        new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.BF16),
                        new QuantizationGrid(QuantizationType.INT4, 8, FloatFormat.BF16),
                        new QuantizationGrid(QuantizationType.INT4, 16, FloatFormat.F32))
                .map(grid -> Arguments.of(name, grid)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void whatLearnsIsWhatIsWrittenAfterwards(String name, QuantizationGrid grid) {
        ModelShape shape = shape(name);
        Batch batch = Replicas.batch(0, 3, CONTEXT, VOCABULARY);
        float[] values = values((int) shape.layout().size());
        float[] rounded = rounded(shape, grid, values);
        assertThat(rounded).isNotEqualTo(values);
        try (TorchReplica learning = open(shape, grid);
                TorchReplica plain = open(shape, null)) {
            for (int round = 0; round < 2; round++) { // the second time other values, over the first
                write(learning, values);
                write(plain, rounded);
                assertThat(gradient(learning, batch)).isEqualTo(gradient(plain, batch));
                assertThat(learning.loss(batch)).isEqualTo(plain.loss(batch));
                float[] held = new float[values.length];
                learning.parameters(0, values.length).asFloatBuffer().get(held);
                assertThat(held).as("what is rounded is a copy").isEqualTo(values);
                values = values.clone();
                values[values.length / 2] += 0.25f;
                rounded = rounded(shape, grid, values);
            }
        }
    }

    @Test
    void groupsThatDoNotDivideAWidthAreRefused() {
        assertThatThrownBy(
                        () -> open(shape("llama"), new QuantizationGrid(QuantizationType.INT4, 128, FloatFormat.BF16)))
                .isInstanceOf(WeftException.class)
                .hasMessage("training.quantization_group_size=128 does not divide the 16 inputs of"
                        + " model.layers.0.self_attn.q_proj.weight");
    }

    @Test
    void scalesInFloat16AreRefused() {
        assertThatThrownBy(() -> open(shape("llama"), new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.F16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scales=F16");
    }

    private static ModelShape shape(String name) {
        return Replicas.configured(
                "{architecture: " + name + ", layers: 2, width: 16, heads: 2, mlp_width: 32, context: " + CONTEXT
                        + ", dropout: 0.0}",
                VOCABULARY);
    }

    private static TorchReplica open(ModelShape shape, QuantizationGrid grid) {
        ReplicaOptions plain = ReplicaOptions.cpu(1);
        return TorchReplica.open(
                shape,
                new ReplicaOptions(
                        plain.device(), 1, false, false, false, false, false, QuantizedParameters.NONE, grid));
    }

    private static void write(TorchReplica replica, float[] values) {
        replica.parameters(0, values.length).asFloatBuffer().put(values);
        replica.parametersWritten(0, values.length);
    }

    private static float[] gradient(TorchReplica replica, Batch batch) {
        replica.zeroGradients();
        replica.accumulateGradient(batch, batch.targetCount(), Replicas.KEY, GradientListener.NONE);
        return Replicas.gradient(replica);
    }

    private static float[] values(int size) {
        Random random = new Random(7);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = 0.3f * (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] rounded(ModelShape shape, QuantizationGrid grid, float[] values) {
        float[] rounded = values.clone();
        boolean inputFirst = shape.family().inputFirst();
        List<Parameter> matrices = QuantizedParameters.candidates(shape, shape.layout());
        for (Parameter parameter : matrices) {
            int start = (int) parameter.offset();
            int rows = parameter.shape().get(inputFirst ? 1 : 0);
            int columns = parameter.shape().get(inputFirst ? 0 : 1);
            float[] weights = new float[rows * columns];
            for (int i = 0; i < weights.length; i++) {
                weights[inputFirst ? i % rows * columns + i / rows : i] = values[start + i];
            }
            QuantizedMatrix matrix = QuantizedMatrix.nearest(grid, weights, rows, columns);
            for (int i = 0; i < weights.length; i++) {
                rounded[start + i] = inputFirst ? matrix.at(i % rows, i / rows) : matrix.at(i / columns, i % columns);
            }
        }
        return rounded;
    }
}
