package org.weft.core.batches;

/** Examples that a replica takes forward and backward at once; what they are is between a batch source and a replica. */
public interface MicroBatch {

    /** Number of things to predict in it: what a mean loss is a mean over. */
    long targetCount();
}
