package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weft.core.model.ModelShape;
import org.weft.engine.InputSquares;

/** What linear layers are given, summed. */
class ObservedInputsTest {
    private static final String QUERY = "model.layers.0.self_attn.q_proj.weight";
    private static final String KEY = "model.layers.0.self_attn.k_proj.weight";
    private static final String DOWN = "model.layers.1.mlp.down_proj.weight";
    private static final int[] TEXT = {3, 1, 4, 1, 5};
    private static final int[] OTHER = {9, 2, 6};

    private final ModelShape shape = Replicas.llama(2, 16, 4, 8, 11);

    @Test
    void layersThatAreGivenTheSameShareASumAndTextsAddUp() {
        try (TorchReplica replica = Replicas.open(shape, 1)) {
            List<InputSquares> first = observed(replica, TEXT);
            List<InputSquares> second = observed(replica, OTHER);
            List<InputSquares> both = observed(replica, TEXT, OTHER);
            assertThat(both).hasSize(2);
            assertThat(both.get(0).parameters()).containsExactly(QUERY, KEY);
            assertThat(both.get(1).parameters()).containsExactly(DOWN);
            assertThat(both.get(1).inputs()).isEqualTo(48);
            for (int layer = 0; layer < 2; layer++) {
                int inputs = both.get(layer).inputs();
                float[] sums = both.get(layer).sums();
                for (int i = 0; i < sums.length; i++) {
                    float expected =
                            first.get(layer).sums()[i] + second.get(layer).sums()[i];
                    assertThat(sums[i]).isCloseTo(expected, within(1e-4f + Math.abs(expected) * 1e-5f));
                    assertThat(sums[i]).isEqualTo(sums[i % inputs * inputs + i / inputs]);
                }
            }
        }
    }

    /** Rows of RMSNorm have a mean square of nearly 1 where its weights are 1: the trace is rows times inputs. */
    @Test
    void aSumIsOfAllRows() {
        try (TorchReplica replica = Replicas.open(shape, 1)) {
            InputSquares given = observed(replica, TEXT).get(0);
            double trace = 0;
            for (int i = 0; i < given.inputs(); i++) {
                trace += given.sums()[i * given.inputs() + i];
            }
            assertThat(trace).isCloseTo(TEXT.length * 16.0, within(4.0));
        }
    }

    @Test
    void sumsAreToldAsFloatsWhateverIsComputedIn() {
        try (TorchReplica replica = Replicas.open(shape, 1);
                TorchReplica wide = Replicas.openDouble(shape)) {
            int length = (int) replica.layout().size();
            float[] parameters = Replicas.floats(replica.parameters(0, length));
            DoubleBuffer same = wide.parameters(0, length).asDoubleBuffer();
            for (int i = 0; i < length; i++) {
                same.put(i, parameters[i]);
            }
            wide.parametersWritten(0, length);
            assertThat(observed(wide, TEXT).get(0).sums())
                    .containsExactly(observed(replica, TEXT).get(0).sums(), within(1e-3f));
        }
    }

    @Test
    void nobodyIsToldOnceItIsLeftOff() {
        try (TorchReplica replica = Replicas.open(shape, 1)) {
            replica.observe(Set.of(QUERY));
            replica.observe(Set.of());
            replica.hiddenStates(TEXT);
            assertThat(replica.observed()).isEmpty();
        }
    }

    private static List<InputSquares> observed(TorchReplica replica, int[]... texts) {
        replica.observe(Set.of(QUERY, KEY, DOWN));
        for (int[] text : texts) {
            replica.hiddenStates(text);
        }
        return replica.observed();
    }
}
