package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;

/** One forward pass's view of a {@link KeyValueCache}. */
interface PastKeysAndValues {
    /** Keys and values that a query may look at. */
    record Seen(Tensor keys, Tensor values, Tensor mask) {}

    /**
     * Keeps new tokens' keys and values and gives what their queries look at.
     *
     * @param window W, how many tokens a query looks back at, itself included; 0 for all
     * @param keys (B, G, T, K)
     * @param values (B, G, T, K)
     * @return keys and values (B, G, S, K), of one new token the last W at most, and a mask (B, 1, 1, S) of those to look at, or null for all before a query
     */
    Seen keep(int block, int window, Tensor keys, Tensor values);
}
