package org.weft.core.batches;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Cuts documents into batches in which each token but a document's first is predicted exactly once, from those of its
 * window that stand before it. A window begins where the last one ended:
 *
 * <pre>
 *   document        t0 t1 t2 t3 t4 t5 t6       T = 3
 *   window 0 reads  t0 t1 t2                   predicts t1 t2 t3
 *   window 1 reads           t3 t4 t5          predicts t4 t5 t6
 * </pre>
 *
 * <p>Windows share batches in the order in which they came; shorter ones are filled up with tokens at which nothing is
 * predicted. The batches are a function of the documents alone. Owned by one thread.
 */
public final class DocumentWindows {
    private final int context;
    private final int sequences;
    private final Consumer<Batch> batches;
    private final List<int[]> waiting = new ArrayList<>(); // each of 2 to T + 1 tokens

    /**
     * @param context T, of the longest window
     * @param sequences B, windows of a batch; the last one may have fewer
     * @param batches given each batch as soon as it is full
     */
    public DocumentWindows(int context, int sequences, Consumer<Batch> batches) {
        this.context = context;
        this.sequences = sequences;
        this.batches = batches;
    }

    /** Adds a document; one of fewer than two tokens has nothing to predict. */
    public void add(int[] tokens) {
        for (int start = 0; start + 1 < tokens.length; start += context) {
            waiting.add(Arrays.copyOfRange(tokens, start, Math.min(tokens.length, start + context + 1)));
            if (waiting.size() == sequences) {
                flush();
            }
        }
    }

    /** Gives away what waits for its batch to become full. */
    public void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        int longest =
                waiting.stream().mapToInt(window -> window.length - 1).max().getAsInt(); // T of this batch
        int[] inputs = new int[waiting.size() * longest]; // (B, T)
        int[] targets = new int[inputs.length]; // (B, T)
        Arrays.fill(targets, Batch.IGNORED);
        for (int row = 0; row < waiting.size(); row++) {
            int[] window = waiting.get(row);
            System.arraycopy(window, 0, inputs, row * longest, window.length - 1);
            System.arraycopy(window, 1, targets, row * longest, window.length - 1);
        }
        Batch batch = Batch.ofTokens(waiting.size(), longest, inputs, targets);
        waiting.clear();
        batches.accept(batch);
    }
}
