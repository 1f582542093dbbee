package org.weft.engine.sampling;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.weft.core.SplitMix64;
import org.weft.core.batches.Batch;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.Decoder;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;

/**
 * A replica without a tensor library whose logits are a function of every token that it sees and of their order. Its
 * decoder carries a state from token to token, as a cache does, and holds its caller to the contract.
 */
final class HashingReplica implements ModelReplica {
    static final int VOCABULARY = 40;

    private final int context;
    private final boolean caches;
    int passes; // over whole windows
    int mostRows; // that one append was for
    int poison = -1; // a token behind which nothing is a number
    int room = Integer.MAX_VALUE; // rows that there is memory for in one pass
    int heavy = -1; // a token that there is never memory for

    HashingReplica(int context, boolean caches) {
        this.context = context;
        this.caches = caches;
    }

    int context() {
        return context;
    }

    private static long fold(long state, int token) {
        return (state ^ (token + 1)) * 0x9E3779B97F4A7C15L + (state >>> 29);
    }

    /** (V), between -3 and 3. */
    private float[] logitsOf(long state, int last) {
        float[] logits = new float[VOCABULARY];
        for (int token = 0; token < VOCABULARY; token++) {
            logits[token] = (float) (6 * SplitMix64.uniform(state, token) - 3);
        }
        logits[3] = last == poison ? Float.NaN : logits[3];
        return logits;
    }

    @Override
    public float[][] logits(int[] tokens, int... positions) {
        if (tokens.length < 1 || tokens.length > context || positions.length != 1) {
            throw new IllegalArgumentException("tokens=" + tokens.length + " context=" + context);
        }
        passes++;
        long state = 7;
        for (int token : tokens) {
            state = fold(state, token);
        }
        return new float[][] {logitsOf(state, tokens[tokens.length - 1])};
    }

    @Override
    public float[][] hiddenStates(int[] tokens) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Decoder decoder(int rows) {
        return caches ? new StatefulDecoder(rows) : ModelReplica.super.decoder(rows);
    }

    private final class StatefulDecoder implements Decoder {
        private final long[] states;
        private final int[] lengths;

        StatefulDecoder(int rows) {
            this.states = new long[rows];
            this.lengths = new int[rows];
        }

        @Override
        public int rows() {
            return states.length;
        }

        @Override
        public int length(int row) {
            return lengths[row];
        }

        @Override
        public float[] begin(int row, int[] tokens) {
            if (tokens.length > context) {
                throw new IllegalArgumentException("tokens=" + tokens.length + " context=" + context);
            }
            passes++;
            states[row] = 7;
            for (int token : tokens) {
                states[row] = fold(states[row], token);
            }
            lengths[row] = tokens.length;
            return logitsOf(states[row], tokens[tokens.length - 1]);
        }

        @Override
        public float[][] append(int[] rows, int[] tokens) {
            Set<Integer> seen = new HashSet<>();
            if (rows.length > room || Arrays.stream(tokens).anyMatch(token -> token == heavy)) {
                throw new OutOfMemoryError("no memory for " + rows.length);
            }
            mostRows = Math.max(mostRows, rows.length);
            return Arrays.stream(rows)
                    .mapToObj(row -> {
                        if (lengths[row] < 1 || lengths[row] >= context || !seen.add(row)) {
                            throw new IllegalArgumentException("row=" + row + " length=" + lengths[row]);
                        }
                        lengths[row]++;
                        int token = tokens[seen.size() - 1];
                        states[row] = fold(states[row], token);
                        return logitsOf(states[row], token);
                    })
                    .toArray(float[][]::new);
        }

        @Override
        public void reorder(int[] sources) {
            long[] heldStates = states.clone();
            int[] heldLengths = lengths.clone();
            for (int row = 0; row < sources.length; row++) {
                states[row] = heldStates[sources[row]];
                lengths[row] = heldLengths[sources[row]];
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
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
