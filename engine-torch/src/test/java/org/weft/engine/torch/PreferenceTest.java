package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PreferenceCosts;
import org.weft.core.batches.PreferenceLoss;
import org.weft.core.batches.Targets;
import org.weft.core.config.FinetuneConfig.PreferenceLossName;
import org.weft.engine.Evaluated;

/** Pairs of answers: the gradient, and the same numbers out of a pass with gradient and one without. */
class PreferenceTest {
    private static final int LENGTH = 5;

    /** Two pairs of unequal lengths, of which the prompts are not to be learnt. */
    private static Batch pairs(PreferenceLoss loss) {
        int[] lengths = {5, 4, 3, 5};
        int[] inputs = IntStream.range(0, 4 * LENGTH).map(i -> (7 * i + 3) % 11).toArray();
        int[] targets = new int[4 * LENGTH];
        for (int i = 0; i < targets.length; i++) {
            int at = i % LENGTH;
            targets[i] = at < 1 || at >= lengths[i / LENGTH] ? Batch.IGNORED : (5 * i + 2) % 11;
        }
        return new Batch(
                4,
                LENGTH,
                inputs,
                lengths,
                lengths,
                new Targets.Preferences(new Targets.Tokens(targets), new float[] {-9, -7.5f, -5, -8.25f}, loss));
    }

    @ParameterizedTest
    @EnumSource(PreferenceLossName.class)
    void gradientsAgreeWithFiniteDifferences(PreferenceLossName kind) {
        Batch batch = pairs(new PreferenceLoss(kind, 0.3, kind == PreferenceLossName.SIGMOID ? 0.2 : 0));
        FiniteDifferencesTest.compare(Replicas.shape(2, 8, 2, LENGTH, 11), batch);
        FiniteDifferencesTest.compare(Replicas.llama(2, 16, 4, LENGTH, 11), batch);
    }

    @Test
    void whatIsToldAndEvaluatedIsWhatIsLearnt() {
        Batch batch = pairs(new PreferenceLoss(PreferenceLossName.SIGMOID, 0.3, 0));
        try (TorchReplica replica = Replicas.open(Replicas.shape(2, 8, 2, LENGTH, 11), 7)) {
            List<Double> told = new ArrayList<>();
            double loss =
                    replica.accumulateGradient(batch, 2, Replicas.KEY, (offset, length) -> {}, (sequence, nats) -> {
                        assertThat(sequence).isEqualTo(told.size());
                        told.add(nats);
                    });
            double[] nats = replica.sequenceNats(batch);
            assertThat(told).hasSize(4);
            for (int i = 0; i < nats.length; i++) {
                assertThat(nats[i]).isCloseTo(told.get(i), within(1e-4));
            }
            PreferenceCosts costs = ((Targets.Preferences) batch.asked()).costs(nats);
            Evaluated evaluated = replica.evaluate(batch);
            assertThat(evaluated.loss()).isEqualTo(costs.loss()).isEqualTo(replica.loss(batch));
            assertThat(loss).isCloseTo(costs.loss() / 2, within(1e-6));
            assertThat(evaluated.classes()).isEqualTo(costs.scores().tallies());
            assertThat(replica.sequenceNats(new Batch(
                            4,
                            LENGTH,
                            batch.inputs(),
                            batch.lengths(),
                            batch.lengths(),
                            ((Targets.Preferences) batch.asked()).tokens())))
                    .isEqualTo(nats);
        }
    }
}
