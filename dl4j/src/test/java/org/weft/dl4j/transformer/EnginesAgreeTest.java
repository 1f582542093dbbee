package org.weft.dl4j.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.worker.data.Batch;
import org.weft.worker.engine.ModelReplica;

/** libtorch and SameDiff, which share no line, from the same parameters. */
class EnginesAgreeTest {
    private static final double TOLERANCE = 1e-4;

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
}
