package org.weft.dl4j.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.engine.GradientListener;
import org.weft.engine.ModelReplica;

/** libtorch and SameDiff, which share no line, from the same parameters. */
class EnginesAgreeTest {
    private static final double TOLERANCE = 1e-4;
    private static final int STEPS = 10;

    @ParameterizedTest
    @CsvSource({
        "'{layers: 3, width: 32, heads: 4, context: 16}', 97, 4, 16",
        "'{layers: 1, width: 48, heads: 1, context: 24}', 211, 1, 24",
        "'{layers: 2, width: 64, heads: 8, context: 40, mlp_width: 96, norm_epsilon: 1.0e-3}', 1031, 3, 17"
    })
    void lossAndEveryGradientByName(String model, int vocabSize, int sequences, int context) {
        ModelShape shape = TwoEngines.configured(model, vocabSize);
        Batch whole = TwoEngines.batch(0, sequences, context, vocabSize);
        try (ModelReplica torch = TwoEngines.open(TwoEngines.TORCH, shape, 7);
                ModelReplica dl4j = TwoEngines.open(TwoEngines.DL4J, shape, 7)) {
            for (Batch batch : new Batch[] {whole, TwoEngines.withHoles(whole)}) {
                double loss = torch.loss(batch);
                assertThat(dl4j.loss(batch)).isCloseTo(loss, within(TOLERANCE * loss));
                float[] expected = TwoEngines.gradientOf(torch, batch, TwoEngines.KEY);
                float[] actual = TwoEngines.gradientOf(dl4j, batch, TwoEngines.KEY);
                SoftAssertions all = new SoftAssertions();
                for (Parameter parameter : shape.layout().parameters()) {
                    double difference = TwoEngines.difference(expected, actual, parameter);
                    all.assertThat(difference).as(parameter.name()).isLessThan(TOLERANCE);
                }
                all.assertAll();
            }
        }
    }

    @Test
    void lossesOfTenSteps() {
        ModelShape shape = TwoEngines.shape(2, 32, 4, 16, 97);
        double[] torch = losses(TwoEngines.TORCH, shape);
        double[] dl4j = losses(TwoEngines.DL4J, shape);
        assertThat(torch[9]).isLessThan(0.8 * torch[0]);
        for (int step = 0; step < STEPS; step++) {
            assertThat(dl4j[step]).as("step %d", step).isCloseTo(torch[step], within(1e-3 * torch[step]));
        }
    }

    /** Adam, half of each step's batch at a time. */
    private static double[] losses(String engine, ModelShape shape) {
        double[] losses = new double[STEPS];
        try (ModelReplica replica = TwoEngines.open(engine, shape, 3)) {
            int size = (int) shape.layout().size();
            FloatBuffer weights = replica.parameters(0, size).asFloatBuffer();
            double[] expAvg = new double[size];
            double[] expAvgSq = new double[size];
            for (int step = 0; step < STEPS; step++) {
                replica.zeroGradients();
                for (int half = 0; half < 2; half++) {
                    Batch batch = TwoEngines.batch(2 * step + half, 4, 16, 97);
                    losses[step] += replica.accumulateGradient(
                            batch, 2 * batch.targetCount(), TwoEngines.KEY, GradientListener.NONE);
                }
                float[] gradient = TwoEngines.gradient(replica);
                for (int i = 0; i < size; i++) {
                    expAvg[i] = 0.9 * expAvg[i] + 0.1 * gradient[i];
                    expAvgSq[i] = 0.95 * expAvgSq[i] + 0.05 * gradient[i] * gradient[i];
                    double mean = expAvg[i] / (1 - Math.pow(0.9, step + 1));
                    double deviation = Math.sqrt(expAvgSq[i] / (1 - Math.pow(0.95, step + 1)));
                    weights.put(i, (float) (weights.get(i) - 0.01 * mean / (deviation + 1e-8)));
                }
                replica.parametersWritten(0, size);
            }
        }
        return losses;
    }
}
