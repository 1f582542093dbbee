package org.weft.core.batches;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.weft.core.tokens.Window;

/**
 * Each token predicts the one that follows: causal language modelling. What begins anew within a window is not predicted.
 *
 * @param context T
 * @param apart whether a token looks at its own document alone, and is placed in it
 */
record NextToken(int context, boolean apart) implements Objective {

    @Override
    public Batch batch(List<Chosen> chosen) throws IOException {
        int sequences = chosen.size();
        int[] inputs = new int[sequences * context]; // (B, T)
        int[] targets = new int[sequences * context]; // (B, T)
        int[][] breaks = new int[sequences][];
        for (int b = 0; b < sequences; b++) {
            Window window = chosen.get(b).windows().read(chosen.get(b).index());
            int row = b * context;
            System.arraycopy(window.tokens(), 0, inputs, row, context);
            System.arraycopy(window.tokens(), 1, targets, row, context);
            Arrays.fill(targets, row + window.length(), row + context, Batch.IGNORED);
            for (int at : window.breaks()) {
                targets[row + at - 1] = Batch.IGNORED;
            }
            breaks[b] = window.breaks();
        }
        Batch batch = Batch.ofTokens(sequences, context, inputs, targets);
        return apart ? batch.apart(Documents.of(context, breaks)) : batch;
    }
}
