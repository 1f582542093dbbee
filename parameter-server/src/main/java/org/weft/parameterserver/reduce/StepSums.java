package org.weft.parameterserver.reduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.weft.core.optim.GradientClip;
import org.weft.core.protocol.BucketHeader;

/**
 * The sums of one open step, a lane tree a bucket; used again for a later step when that opens. Buckets are named by
 * their place in the shard. Safe for use by many threads.
 */
final class StepSums {
    private final BucketAccumulator[] accumulators;
    private final int[] lengths;
    private final double[] squares;

    private int generation = -1;
    private int step = -1;
    private int open;

    /**
     * @param lengths of the shard's buckets, in order
     */
    StepSums(int lanes, int[] lengths) {
        this.lengths = lengths;
        this.squares = new double[lengths.length];
        this.accumulators = new BucketAccumulator[lengths.length];
        for (int i = 0; i < accumulators.length; i++) {
            accumulators[i] = new BucketAccumulator(lanes, lengths[i]);
        }
    }

    /**
     * Opens a step; everything that was received for another one is forgotten.
     *
     * @param expected how many of the buckets are pushed
     */
    synchronized void begin(int newGeneration, int newStep, int expected) {
        generation = newGeneration;
        step = newStep;
        open = expected;
        Arrays.fill(squares, 0);
        for (BucketAccumulator accumulator : accumulators) {
            accumulator.begin(newGeneration, newStep);
        }
    }

    synchronized boolean isOf(int wantedGeneration, int wantedStep) {
        return generation == wantedGeneration && step == wantedStep;
    }

    /** Memory for a node's sum of a bucket; it comes back by {@link #add} or {@link #giveBack}. */
    float[] borrow(int place) {
        return accumulators[place].borrow();
    }

    void giveBack(int place, float[] array) {
        accumulators[place].giveBack(array);
    }

    /** The complete gradient of a bucket; null while it is not. */
    float[] root(int place) {
        return accumulators[place].root();
    }

    /** As {@link LaneReducer#copySum}. */
    boolean copy(int wantedGeneration, int wantedStep, int place, ByteBuffer into) {
        float[] root = root(place);
        if (root == null) {
            return false;
        }
        into.clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(root, 0, lengths[place]);
        into.limit(lengths[place] * Float.BYTES);
        return isOf(wantedGeneration, wantedStep);
    }

    /** Takes a node's sum of a bucket, and tells whom it concerns what that completes. */
    void add(BucketHeader header, int place, float[] received, LaneReducer.Listener listener) {
        if (!accumulators[place].add(header, received)) {
            return;
        }
        float[] root = root(place);
        if (root == null) {
            return; // Another generation has begun meanwhile.
        }
        listener.bucketReduced(header.generation(), header.step(), header.bucket());
        double square = GradientClip.sumOfSquares(root, lengths[place]);
        double[] complete = null;
        synchronized (this) {
            if (!isOf(header.generation(), header.step())) {
                return;
            }
            squares[place] = square;
            if (--open == 0) {
                complete = squares.clone();
            }
        }
        if (complete != null) {
            listener.reduced(header.generation(), header.step(), complete);
        }
    }
}
