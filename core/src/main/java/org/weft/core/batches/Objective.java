package org.weft.core.batches;

import java.io.IOException;

/** What a model is to predict of a window of text. A function of the window and a key: it holds no state. */
interface Objective {

    /** Reads windows of a split. */
    @FunctionalInterface
    interface Windows {
        /** The T + 1 tokens of a sample. */
        int[] read(long sample) throws IOException;
    }

    /**
     * A batch of some samples.
     *
     * @param samples B of the split's
     * @param keys one for each sample: what every random choice about it is a function of
     */
    Batch batch(Windows windows, long[] samples, long[] keys) throws IOException;
}
