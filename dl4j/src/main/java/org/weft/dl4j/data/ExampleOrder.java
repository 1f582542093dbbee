package org.weft.dl4j.data;

import java.io.Serializable;
import org.weft.core.config.TrainingConfig;
import org.weft.core.tokens.SampleOrder;

/**
 * Which examples a micro-batch holds: arithmetic on (seed, epoch, step, lane, micro-batch). Steps of a fit go through the
 * examples epoch by epoch, each in an order of its own, or always in the order of the RDD; a global batch may end one epoch
 * and begin the next.
 *
 * @param seed of the run
 * @param examples of the fit
 * @param firstStep of the fit: the iterations that the network had behind it
 * @param firstEpoch of the fit: the epochs that the network had behind it
 * @param shuffle whether each epoch has an order of its own
 */
public record ExampleOrder(long seed, long examples, int firstStep, int firstEpoch, boolean shuffle)
        implements Serializable {

    /** Numbers of the examples of a micro-batch. */
    public long[] examples(TrainingConfig training, int step, int lane, int microBatch) {
        SampleOrder order = new SampleOrder(seed, examples);
        long first = (long) (step - firstStep) * training.globalBatch()
                + (long) lane * training.laneBatch()
                + (long) microBatch * training.microBatch();
        long[] numbers = new long[training.microBatch()];
        for (int i = 0; i < numbers.length; i++) {
            long position = first + i;
            numbers[i] =
                    shuffle ? order.sample(firstEpoch + position / examples, position % examples) : position % examples;
        }
        return numbers;
    }

    /** The epoch in which a step begins. */
    public int epoch(int globalBatch, int step) {
        return firstEpoch + Math.toIntExact((long) (step - firstStep) * globalBatch / examples);
    }
}
