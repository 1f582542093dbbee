package org.weft.worker.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.params.ParameterLayout;
import org.weft.worker.data.Batch;
import org.weft.worker.engine.GradientListener;
import org.weft.worker.engine.MicroBatchKey;
import org.weft.worker.engine.ModelReplica;

class TokenGeneratorTest {
    private final List<int[]> asked = new ArrayList<>();

    @Test
    void streamsUntilTheLimit() {
        List<Integer> streamed = new ArrayList<>();
        int[] tokens = new TokenGenerator(new Counting(), 3, TokenGenerator.NO_STOP_TOKEN)
                .generate(new int[] {0, 1}, 4, SamplingOptions.greedy(), streamed::add);
        assertThat(tokens).containsExactly(2, 3, 4, 5);
        assertThat(streamed).containsExactly(2, 3, 4, 5);
        assertThat(asked.get(3)).containsExactly(2, 3, 4);
    }

    @Test
    void endsAtTheStopToken() {
        int[] tokens = new TokenGenerator(new Counting(), 3, 4)
                .generate(new int[] {1}, 100, SamplingOptions.greedy(), token -> {});
        assertThat(tokens).containsExactly(2, 3);
    }

    @Test
    void refusesAnEmptyPrompt() {
        TokenGenerator generator = new TokenGenerator(new Counting(), 3, 4);
        assertThatThrownBy(() -> generator.generate(new int[0], 1, SamplingOptions.greedy(), token -> {}))
                .hasMessageContaining("prompt of no tokens");
    }

    /** The token after n is n + 1. */
    private final class Counting implements ModelReplica {
        @Override
        public float[][] hiddenStates(int[] tokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float[][] logits(int[] tokens, int... positions) {
            asked.add(Arrays.copyOf(tokens, tokens.length));
            float[] logits = new float[100];
            logits[tokens[tokens.length - 1] + 1] = 1;
            return new float[][] {logits};
        }

        @Override
        public ParameterLayout layout() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuffer parameters(long offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void parametersWritten(long offset, long length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void zeroGradients() {
            throw new UnsupportedOperationException();
        }

        @Override
        public double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuffer gradients(long offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public double loss(Batch batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public double measurePeakFlops() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
