package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.DoubleBuffer;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.engine.GradientListener;
import org.weft.engine.ModelReplica;

/** The gradient against central differences of the loss in float64, for elements of every parameter. */
class FiniteDifferencesTest {
    private static final double H = 1e-5;
    private static final int PROBES = 6;
    private static final Batch CAUSAL = Replicas.batch(1, 3, 5, 11);
    private static final Batch MASKED = Replicas.maskedBatch(1, 3, 6, 11);

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        compare(Replicas.shape(2, 8, 2, 5, 11), CAUSAL);
    }

    @Test
    void gradientsOfLlamaAgreeWithFiniteDifferences() {
        compare(Replicas.llama(2, 16, 4, 5, 11), CAUSAL);
    }

    static Set<String> relatives() {
        return Replicas.RELATIVES.keySet();
    }

    /** With windows that are shorter than the context. */
    @ParameterizedTest
    @MethodSource("relatives")
    void gradientsOfRelativesAgreeWithFiniteDifferences(String name) {
        compare(Replicas.relative(name, 16, 5, 3, 11), CAUSAL);
    }

    @Test
    void gradientsOfBertAgreeWithFiniteDifferences() {
        compare(Replicas.bert(2, 8, 2, 6, 0, 11), MASKED);
    }

    @ParameterizedTest
    @CsvSource({"roberta, 0", "roberta, 0.2", "distilbert, 0", "distilbert, 0.2", "modernbert, 0"})
    void gradientsOfEncodersAgreeWithFiniteDifferences(String family, double dropout) {
        compare(Replicas.encoder(family, 8, 6, dropout, 11), Replicas.maskedTokens(1, 2, 6, 11));
    }

    @Test
    void gradientsOfBertAgreeWithFiniteDifferencesUnderDropout() {
        compare(Replicas.bert(2, 8, 2, 6, 0.2, 11), MASKED);
    }

    /** The same key gives the same masks, so the loss with dropout is a function too. */
    @Test
    void gradientsAgreeWithFiniteDifferencesUnderDropout() {
        compare(Replicas.withDropout(Replicas.shape(2, 8, 2, 5, 11), 0.2), CAUSAL);
    }

    static void compare(ModelShape shape, Batch batch) {
        compare(shape, batch, replica -> {});
    }

    /** @param begun of the replica before anything is computed */
    static void compare(ModelShape shape, Batch batch, Consumer<TorchReplica> begun) {
        try (TorchReplica replica = Replicas.openDouble(shape)) {
            begun.accept(replica);
            int size = (int) replica.layout().size();
            DoubleBuffer parameters = replica.parameters(0, size).asDoubleBuffer();
            Random random = new Random(5);
            for (int i = 0; i < size; i++) {
                parameters.put(i, 0.3 * random.nextGaussian());
            }
            int frozen = (int) replica.frozenLayout().size();
            for (int i = 0; i < frozen; i++) {
                replica.frozen(i, 1).putDouble(0, 0.3 * random.nextGaussian());
            }
            replica.zeroGradients();
            loss(replica, batch);
            double[] gradients = new double[size];
            replica.gradients(0, size).asDoubleBuffer().get(gradients);
            for (Parameter parameter : replica.layout().parameters()) {
                for (int probe = 0; probe < PROBES; probe++) {
                    int at = (int) (parameter.offset() + random.nextLong(parameter.size()));
                    double value = parameters.get(at);
                    parameters.put(at, value + H);
                    double above = loss(replica, batch);
                    parameters.put(at, value - H);
                    double below = loss(replica, batch);
                    parameters.put(at, value);
                    assertThat(gradients[at])
                            .as("%s[%d]", parameter.name(), at - parameter.offset())
                            .isCloseTo((above - below) / (2 * H), within(1e-8));
                }
            }
        }
    }

    private static double loss(ModelReplica replica, Batch batch) {
        return replica.accumulateGradient(batch, 4, Replicas.KEY, GradientListener.NONE);
    }
}
