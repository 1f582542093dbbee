package org.weft.core.batches;

/** Examples that a replica takes forward and backward at once; what they are is between a batch source and a replica. */
public interface MicroBatch {

    /** Number of things to predict in it: what a mean loss is a mean over. */
    long targetCount();

    /** Number of things to predict in one of its examples, where these are told apart. */
    default long targetCount(int example) {
        throw new IllegalStateException("the examples of this batch are not told apart: example=" + example);
    }
}
