package org.weft.worker.data;

/**
 * Sequences of equal length; the inputs are the first T tokens of each, the targets the last T.
 *
 * @param sequences B
 * @param context T
 * @param tokens (B, T + 1), row after row
 */
public record Batch(int sequences, int context, int[] tokens) {
    public Batch {
        if (tokens.length != sequences * (context + 1)) {
            throw new IllegalArgumentException("batch tokens: actual=" + tokens.length + " expected="
                    + sequences * (context + 1) + " sequences=" + sequences + " context=" + context);
        }
    }

    /** Number of target tokens. */
    public long targets() {
        return (long) sequences * context;
    }
}
