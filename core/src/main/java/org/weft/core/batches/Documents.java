package org.weft.core.batches;

import java.util.Arrays;

/**
 * Where documents begin within the sequences of a batch whose tokens look at their own document alone. A document's positions
 * count from 0. What a sequence is filled up with is a document of its own.
 *
 * @param starts for each sequence, in rising order, the positions at which a document begins; the first is 0
 */
public record Documents(int[][] starts) {

    /**
     * The documents of sequences of T tokens.
     *
     * @param breaks for each sequence, in rising order, positions in (0, T] at which a document begins; T is the next sequence's
     */
    public static Documents of(int context, int[][] breaks) {
        int[][] starts = new int[breaks.length][];
        for (int b = 0; b < breaks.length; b++) {
            int count = breaks[b].length;
            int within = count > 0 && breaks[b][count - 1] == context ? count - 1 : count;
            starts[b] = new int[within + 1];
            System.arraycopy(breaks[b], 0, starts[b], 1, within);
        }
        return new Documents(starts);
    }

    /** Where each token stands in its document, row after row. (B, T) */
    public int[] positions(int context) {
        int[] positions = new int[starts.length * context];
        for (int b = 0; b < starts.length; b++) {
            for (int document = 0; document < starts[b].length; document++) {
                for (int at = starts[b][document]; at < end(b, document, context); at++) {
                    positions[b * context + at] = at - starts[b][document];
                }
            }
        }
        return positions;
    }

    /** Which of its sequence's documents each token is of, row after row. (B, T) */
    public int[] numbers(int context) {
        int[] numbers = new int[starts.length * context];
        for (int b = 0; b < starts.length; b++) {
            for (int document = 0; document < starts[b].length; document++) {
                Arrays.fill(
                        numbers, b * context + starts[b][document], b * context + end(b, document, context), document);
            }
        }
        return numbers;
    }

    /** Where a document of a sequence ends: at the next one's start, the last one at T. */
    public int end(int sequence, int document, int context) {
        int[] own = starts[sequence];
        return document + 1 < own.length ? own[document + 1] : context;
    }

    void requireShape(int sequences, int context) {
        boolean right = starts.length == sequences;
        for (int b = 0; right && b < sequences; b++) {
            right = starts[b].length > 0 && starts[b][0] == 0 && starts[b][starts[b].length - 1] < context;
            for (int i = 1; right && i < starts[b].length; i++) {
                right = starts[b][i] > starts[b][i - 1];
            }
        }
        if (!right) {
            throw new IllegalArgumentException("batch documents: starts=" + Arrays.deepToString(starts)
                    + " are not rising from 0 within sequences=" + sequences + " context=" + context);
        }
    }
}
