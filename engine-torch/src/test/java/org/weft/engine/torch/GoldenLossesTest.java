package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.engine.GradientListener;

/**
 * Ten steps of training against the same model, optimizer and batches in PyTorch. The golden values are the output of
 *
 * <pre>{@code
 * /usr/bin/python3 bench/peers/gpt2_losses.py --layers 3 --width 64 --heads 4 --context 32 --vocab 211 --batch 8 \
 *     --seed 42 --lrs 1e-3,2e-3,3e-3,4e-3,4e-3,4e-3,3e-3,3e-3,2e-3,2e-3
 * }</pre>
 *
 * with Debian 12's python3-torch (1.13.0a0, float32, one thread). The batch goes through the replica in two halves, so
 * that accumulation is judged too.
 */
class GoldenLossesTest {
    private static final double TOLERANCE = 1e-4;
    private static final ModelShape SHAPE = Replicas.shape(3, 64, 4, 32, 211);
    private static final double[] LEARNING_RATES = {1e-3, 2e-3, 3e-3, 4e-3, 4e-3, 4e-3, 3e-3, 3e-3, 2e-3, 2e-3};
    private static final double[] LOSSES = {
        5.338416576,
        5.154731750,
        5.024305820,
        4.782011509,
        4.475230217,
        4.281226635,
        4.018602848,
        3.896548271,
        3.729024172,
        3.667239666
    };
    private static final double[] GRADIENT_NORMS = {
        2.847298145,
        2.044260740,
        1.459747672,
        1.352962375,
        1.187448978,
        1.136755824,
        0.973031223,
        0.858505011,
        0.711457312,
        0.602797866
    };
    private static final String NORMS_BY_TENSOR = """
            wte.weight 7.978513371e-01
            wpe.weight 3.981531572e-01
            h.0.ln_1.weight 4.258109176e-03
            h.0.ln_1.bias 1.247303272e-02
            h.0.attn.c_attn.weight 1.830216813e-01
            h.0.attn.c_attn.bias 8.383757385e-02
            h.0.attn.c_proj.weight 4.384014671e-01
            h.0.attn.c_proj.bias 1.233368256e+00
            h.0.ln_2.weight 4.497902831e-03
            h.0.ln_2.bias 1.207293925e-02
            h.0.mlp.c_fc.weight 2.150415780e-01
            h.0.mlp.c_fc.bias 7.301371723e-02
            h.0.mlp.c_proj.weight 5.482024042e-01
            h.0.mlp.c_proj.bias 1.102271324e+00
            h.1.ln_1.weight 3.683658242e-03
            h.1.ln_1.bias 1.283208658e-02
            h.1.attn.c_attn.weight 1.667086815e-01
            h.1.attn.c_attn.bias 7.120466330e-02
            h.1.attn.c_proj.weight 3.545958581e-01
            h.1.attn.c_proj.bias 9.204143979e-01
            h.1.ln_2.weight 3.540203892e-03
            h.1.ln_2.bias 8.523347812e-03
            h.1.mlp.c_fc.weight 2.016100368e-01
            h.1.mlp.c_fc.bias 5.853001604e-02
            h.1.mlp.c_proj.weight 4.917114941e-01
            h.1.mlp.c_proj.bias 8.954285970e-01
            h.2.ln_1.weight 2.763506847e-03
            h.2.ln_1.bias 8.430154728e-03
            h.2.attn.c_attn.weight 1.316808829e-01
            h.2.attn.c_attn.bias 5.562210710e-02
            h.2.attn.c_proj.weight 3.376700057e-01
            h.2.attn.c_proj.bias 8.631724575e-01
            h.2.ln_2.weight 3.478166465e-03
            h.2.ln_2.bias 9.016429320e-03
            h.2.mlp.c_fc.weight 1.872466092e-01
            h.2.mlp.c_fc.bias 5.798831804e-02
            h.2.mlp.c_proj.weight 4.737010777e-01
            h.2.mlp.c_proj.bias 8.679977530e-01
            ln_f.weight 1.293223191e-02
            ln_f.bias 2.976771249e-02
            """;

    @Test
    void tenLossesAndGradientNormsAgreeWithPyTorch() {
        try (TorchReplica replica = Replicas.open(SHAPE, 42)) {
            PlainAdamW optimizer = new PlainAdamW(replica.layout());
            for (int step = 0; step < LOSSES.length; step++) {
                double loss = gradient(replica, step);
                float[] gradient = Replicas.gradient(replica);
                double norm = norm(gradient, 0, gradient.length);
                assertThat(loss).as("loss of step %d", step).isCloseTo(LOSSES[step], within(TOLERANCE * LOSSES[step]));
                assertThat(norm)
                        .as("gradient norm of step %d", step)
                        .isCloseTo(GRADIENT_NORMS[step], within(TOLERANCE * GRADIENT_NORMS[step]));
                FloatBuffer parameters = replica.parameters(0, gradient.length).asFloatBuffer();
                optimizer.step(parameters, gradient, LEARNING_RATES[step], 1 / Math.max(1, norm + 1e-6));
                replica.parametersWritten(0, gradient.length);
            }
        }
    }

    @Test
    void gradientOfEachTensorAgreesWithPyTorch() {
        Map<String, Double> golden = new LinkedHashMap<>();
        NORMS_BY_TENSOR.lines().forEach(line -> golden.put(line.split(" ")[0], Double.valueOf(line.split(" ")[1])));
        try (TorchReplica replica = Replicas.open(SHAPE, 42)) {
            gradient(replica, 0);
            float[] gradient = Replicas.gradient(replica);
            assertThat(replica.layout().parameters().stream().map(Parameter::name))
                    .containsExactlyElementsOf(golden.keySet());
            for (Parameter parameter : replica.layout().parameters()) {
                double expected = golden.get(parameter.name());
                assertThat(norm(gradient, (int) parameter.offset(), (int) parameter.end()))
                        .as(parameter.name())
                        .isCloseTo(expected, within(TOLERANCE * expected));
            }
        }
    }

    private static double gradient(TorchReplica replica, int step) {
        Batch batch = Replicas.batch(step, 8, 32, 211);
        int half = batch.tokens().length / 2;
        Batch first = Batch.causal(4, 32, Arrays.copyOf(batch.tokens(), half));
        Batch second = Batch.causal(4, 32, Arrays.copyOfRange(batch.tokens(), half, 2 * half));
        replica.zeroGradients();
        return replica.accumulateGradient(first, batch.targetCount(), Replicas.KEY, GradientListener.NONE)
                + replica.accumulateGradient(second, batch.targetCount(), Replicas.KEY, GradientListener.NONE);
    }

    private static double norm(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) values[i] * values[i];
        }
        return Math.sqrt(sum);
    }
}
