package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.examples.Example;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.engine.GradientListener;
import org.weft.engine.ReplicaOptions;

/**
 * The layout says which parameters a replica in bfloat16 only ever takes rounded: given these rounded it computes the same bits, and
 * given any other so it does not.
 */
class RoundedFactorsTest {
    private static final int CONTEXT = 6;
    private static final int VOCABULARY = 11;

    static Stream<Arguments> models() {
        List<Arguments> models = new ArrayList<>();
        for (FamiliesTest.Family family : FamiliesTest.Family.values()) {
            models.add(Arguments.of(family.name(), family.shape(), family.batch()));
        }
        for (String name : List.of("llama", "gpt_neox", "qwen3")) {
            ModelShape tied = Replicas.configured(
                    "{architecture: " + name + ", layers: 1, width: 16, heads: 2, mlp_width: 24, context: " + CONTEXT
                            + ", tie_word_embeddings: true}",
                    VOCABULARY);
            models.add(Arguments.of(name + ", tied", tied, Replicas.batch(0, 3, CONTEXT, VOCABULARY)));
        }
        for (String keys : List.of("tie_word_embeddings: true", "gated_perceptron: true")) {
            ModelShape shape = Replicas.configured(
                    "{architecture: t5, layers: 2, width: 8, heads: 2, mlp_width: 12, context: 24, relative_buckets: 8,"
                            + " relative_distance: 6, " + keys + "}",
                    VOCABULARY);
            List<Example> examples = List.of(
                    Example.answered(new int[] {1, 5, 2, 9, 3}, 0, new int[] {4, 1, 6}),
                    Example.answered(new int[] {7, 3, 8}, 0, new int[] {2, 10, 5, 5}));
            models.add(Arguments.of("t5, " + keys, shape, PaddedBatch.of(examples, true)));
        }
        AdaptationTest.everyKindOfHeadAndWayToLearn()
                .map(shape -> Arguments.of(
                        shape.config().architecture() + ", "
                                + shape.adaptation().head().kind() + ", "
                                + (shape.adaptation().lora() == null ? "frozen " : "adapted ")
                                + shape.adaptation().frozenBlocks(),
                        shape,
                        AdaptationTest.batch(shape.adaptation().head(), 3)))
                .forEach(models::add);
        return models.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void roundedFactorsChangeNoBitAndEverythingElseDoes(String name, ModelShape shape, Batch batch) {
        try (TorchReplica replica = open(shape)) {
            List<Parameter> parameters = replica.layout().parameters();
            assertThat(parameters).anyMatch(Parameter::factor);
            assertThat(replica.roundsFactors()).isTrue();
            float[] values = values((int) replica.layout().size());
            long[] whole = bits(replica, values, batch);
            assertThat(bits(replica, rounded(values, parameters, Parameter::factor), batch))
                    .isEqualTo(whole);
            for (Parameter parameter : parameters) {
                if (!parameter.factor()) {
                    assertThat(bits(replica, rounded(values, parameters, parameter::equals), batch))
                            .as(parameter.name())
                            .isNotEqualTo(whole);
                }
            }
        }
    }

    private static TorchReplica open(ModelShape shape) {
        TorchReplica replica = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, true, false));
        int frozen = (int) replica.frozenLayout().size();
        if (frozen > 0) {
            replica.frozen(0, frozen).asFloatBuffer().put(values(frozen));
            replica.frozenWritten(0, frozen);
        }
        return replica;
    }

    /** Of which none is a bfloat16. */
    private static float[] values(int size) {
        Random random = new Random(7);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(0.3f * (float) random.nextGaussian()) | 0x4321);
        }
        return values;
    }

    private static float[] rounded(float[] values, List<Parameter> parameters, Predicate<Parameter> which) {
        float[] result = values.clone();
        parameters.stream().filter(which).forEach(parameter -> {
            for (int i = (int) parameter.offset(); i < parameter.end(); i++) {
                int half = FloatFormat.toBfloat16(Float.floatToRawIntBits(values[i]));
                result[i] = Float.intBitsToFloat(half << Short.SIZE);
            }
        });
        return result;
    }

    /** Of training's loss, evaluation's loss and the gradient. */
    private static long[] bits(TorchReplica replica, float[] values, Batch batch) {
        FloatBuffer window = replica.parameters(0, values.length).asFloatBuffer();
        window.put(values);
        replica.parametersWritten(0, values.length);
        replica.zeroGradients();
        double loss = replica.accumulateGradient(batch, batch.targetCount(), Replicas.KEY, GradientListener.NONE);
        long[] bits = new long[values.length + 2];
        float[] gradient = Replicas.gradient(replica);
        Arrays.setAll(bits, i -> i < values.length ? Float.floatToRawIntBits(gradient[i]) : 0);
        bits[values.length] = Double.doubleToRawLongBits(loss);
        bits[values.length + 1] = Double.doubleToRawLongBits(replica.loss(batch));
        return bits;
    }
}
