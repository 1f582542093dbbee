package org.weft.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.DoubleBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.worker.data.Batch;

/** The gradient against central differences of the loss in float64, for elements of every parameter. */
class FiniteDifferencesTest {
    private static final double H = 1e-5;
    private static final int PROBES = 6;

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        ModelShape shape = Replicas.shape(2, 8, 2, 5, 11);
        Batch batch = Replicas.batch(1, 3, 5, 11);
        try (TorchReplica replica = Replicas.openDouble(shape)) {
            int size = (int) replica.layout().size();
            DoubleBuffer parameters = replica.parameters(0, size).asDoubleBuffer();
            Random random = new Random(5);
            for (int i = 0; i < size; i++) {
                parameters.put(i, 0.3 * random.nextGaussian());
            }
            replica.zeroGradients();
            double loss = replica.accumulateGradient(batch, 4, Replicas.KEY, GradientListener.NONE);
            assertThat(loss).isCloseTo(replica.loss(batch) / 4, within(1e-12));
            DoubleBuffer gradients = replica.gradients(0, size).asDoubleBuffer();
            for (Parameter parameter : replica.layout().parameters()) {
                for (int probe = 0; probe < PROBES; probe++) {
                    int at = (int) (parameter.offset() + random.nextLong(parameter.size()));
                    double value = parameters.get(at);
                    parameters.put(at, value + H);
                    double above = replica.loss(batch);
                    parameters.put(at, value - H);
                    double below = replica.loss(batch);
                    parameters.put(at, value);
                    assertThat(gradients.get(at))
                            .as("%s[%d]", parameter.name(), at - parameter.offset())
                            .isCloseTo((above - below) / (2 * H) / 4, within(1e-8));
                }
            }
        }
    }
}
