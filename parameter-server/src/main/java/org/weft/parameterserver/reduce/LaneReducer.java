package org.weft.parameterserver.reduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.weft.core.optim.GradientClip;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.transport.Service.BucketSink;

/**
 * Sums the lanes of all of a shard's buckets for the step at hand. A bucket is checked against its checksum before it
 * touches a sum, so that a stream that breaks off or arrives damaged leaves no trace. Safe for use by many threads.
 */
public final class LaneReducer {
    private final BucketRange range;
    private final BucketAccumulator[] accumulators;
    private final int[] lengths;
    private final double[] squares;
    private final Listener listener;

    private int generation = -1;
    private int step = -1;
    private int open;

    /** Told on a network thread what is complete. */
    @FunctionalInterface
    public interface Listener {
        /** Told once a step and bucket that its sum is complete: {@link #copySum} has it. */
        default void bucketReduced(int generation, int step, int bucket) {}

        /**
         * Told once a step that every bucket's sum is complete; never where there are no buckets.
         *
         * @param squares float64 sum of squares of each bucket in order; the caller's own copy
         */
        void reduced(int generation, int step, double[] squares);
    }

    public LaneReducer(ParameterLayout layout, BucketRange range, int lanes, Listener listener) {
        this.range = range;
        this.listener = listener;
        this.accumulators = new BucketAccumulator[range.count()];
        this.lengths = new int[range.count()];
        this.squares = new double[range.count()];
        for (int i = 0; i < accumulators.length; i++) {
            lengths[i] = layout.bucket(range.first() + i).length();
            accumulators[i] = new BucketAccumulator(lanes, lengths[i]);
        }
    }

    /** Opens a step; everything that was received for another one is forgotten. */
    public synchronized void begin(int newGeneration, int newStep) {
        generation = newGeneration;
        step = newStep;
        open = accumulators.length;
        for (BucketAccumulator accumulator : accumulators) {
            accumulator.begin(newGeneration, newStep);
        }
    }

    /** The complete gradient of a bucket; its owner may read it until the next {@link #begin}. */
    public float[] sum(int bucket) {
        return accumulators[bucket - range.first()].root();
    }

    /** Whether this is the step that is being summed. */
    public synchronized boolean isAt(int wantedGeneration, int wantedStep) {
        return generation == wantedGeneration && step == wantedStep;
    }

    /**
     * Copies a complete sum as little-endian float32, from any thread.
     *
     * @param into of the bucket's length, from its start
     * @return false where another step has begun meanwhile; the copy is then worth nothing
     */
    public boolean copySum(int wantedGeneration, int wantedStep, int bucket, ByteBuffer into) {
        int slot = bucket - range.first();
        float[] root = accumulators[slot].root();
        if (root == null) {
            return false;
        }
        into.clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(root, 0, lengths[slot]);
        into.limit(lengths[slot] * Float.BYTES);
        return isAt(wantedGeneration, wantedStep);
    }

    /**
     * Takes a pushed bucket.
     *
     * @throws IllegalStateException where the generation is not the one at hand, or the step lies ahead
     * @throws IllegalArgumentException where bucket or length are not this shard's
     */
    public BucketSink open(BucketHeader header) {
        int slot = header.bucket() - range.first();
        if (!range.contains(header.bucket()) || header.length() != lengths[slot]) {
            throw new IllegalArgumentException("pushed bucket is not of this shard: bucket=" + header.bucket()
                    + " length=" + header.length() + " buckets=[" + range.first() + ", " + range.end() + ")");
        }
        refuseUnlessCurrent(header);
        return new Receiver(header, slot);
    }

    private synchronized void refuseUnlessCurrent(BucketHeader header) {
        if (header.generation() != generation || header.step() > step) {
            throw new IllegalStateException("stale push: generation=" + header.generation() + " step=" + header.step()
                    + " expected generation=" + generation + " step=" + step);
        }
    }

    private void add(BucketHeader header, int slot, float[] received) {
        if (!accumulators[slot].add(header, received)) {
            return;
        }
        float[] root = accumulators[slot].root();
        if (root == null) {
            return; // Another generation has begun meanwhile.
        }
        listener.bucketReduced(header.generation(), header.step(), header.bucket());
        double square = GradientClip.sumOfSquares(root, lengths[slot]);
        double[] complete = null;
        synchronized (this) {
            if (header.generation() != generation || header.step() != step) {
                return;
            }
            squares[slot] = square;
            if (--open == 0) {
                complete = squares.clone();
            }
        }
        if (complete != null) {
            listener.reduced(header.generation(), header.step(), complete);
        }
    }

    /** One bucket on its way in. Pieces need not end at a float. */
    private final class Receiver implements BucketSink {
        private final BucketHeader header;
        private final int slot;
        private final CRC32C checksum = new CRC32C();
        private final ByteBuffer split = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private float[] values;
        private int count;

        Receiver(BucketHeader header, int slot) {
            this.header = header;
            this.slot = slot;
            this.values = accumulators[slot].borrow();
        }

        @Override
        public void bytes(ByteBuffer part) {
            long total = (long) count * Float.BYTES + split.position() + part.remaining();
            if (total > (long) header.length() * Float.BYTES) {
                throw new IllegalArgumentException("pushed bucket too long: bucket=" + header.bucket() + " bytes>="
                        + total + " expected=" + (long) header.length() * Float.BYTES);
            }
            checksum.update(part.duplicate());
            ByteBuffer in = part.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            while (split.position() > 0 && in.hasRemaining()) {
                takeSplitByte(in);
            }
            int whole = in.remaining() / Float.BYTES;
            in.asFloatBuffer().get(values, count, whole);
            count += whole;
            in.position(in.position() + whole * Float.BYTES);
            split.put(in);
        }

        private void takeSplitByte(ByteBuffer in) {
            split.put(in.get());
            if (!split.hasRemaining()) {
                values[count++] = split.getFloat(0);
                split.clear();
            }
        }

        @Override
        public void complete() {
            if (count != header.length() || (int) checksum.getValue() != header.checksum()) {
                failed(null);
                throw new IllegalStateException("pushed bucket is damaged: bucket=" + header.bucket() + " elements="
                        + count + " expected=" + header.length() + " checksum="
                        + Integer.toHexString((int) checksum.getValue()) + " expected="
                        + Integer.toHexString(header.checksum()));
            }
            float[] received = values;
            values = null;
            add(header, slot, received);
        }

        @Override
        public void failed(Throwable cause) {
            if (values != null) {
                accumulators[slot].giveBack(values);
                values = null;
            }
        }
    }
}
