package org.weft.core.batches;

import java.io.IOException;

/** Each token predicts the one that follows: causal language modelling. */
record NextToken(int context) implements Objective {

    @Override
    public Batch batch(Windows windows, long[] samples, long[] keys) throws IOException {
        int[] tokens = new int[samples.length * (context + 1)]; // (B, T + 1)
        for (int b = 0; b < samples.length; b++) {
            System.arraycopy(windows.read(samples[b]), 0, tokens, b * (context + 1), context + 1);
        }
        return Batch.causal(samples.length, context, tokens);
    }
}
