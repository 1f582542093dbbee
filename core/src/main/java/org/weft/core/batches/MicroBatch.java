package org.weft.core.batches;

import java.util.Map;

/** Examples that a replica takes forward and backward at once; what they are is between a batch source and a replica. */
public interface MicroBatch {

    /** Number of things to predict in it: what a mean loss is a mean over. */
    long targetCount();

    /** Number of things to predict in one of its examples, where these are told apart. */
    default long targetCount(int example) {
        throw new IllegalStateException("the examples of this batch are not told apart: example=" + example);
    }

    /** How many sequences {@link #figures} asks the costs of; 0 where the loss says all. */
    default int figured() {
        return 0;
    }

    /**
     * What a step tells of the batch beside the loss, by name: sums over what {@link #targetCount} counts.
     *
     * @param nats what each sequence cost
     */
    default Map<String, Double> figures(double[] nats) {
        return Map.of();
    }
}
