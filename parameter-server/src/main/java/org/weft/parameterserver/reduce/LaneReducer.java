package org.weft.parameterserver.reduce;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.PushLayout;
import org.weft.core.transport.Service.BucketSink;

/**
 * Sums the lanes of all that is pushed of a shard's buckets, by the indices of {@link PushLayout}, for the steps that are open: the one to be applied next, and as many after
 * it as the run lets overlap. A bucket is checked against its checksum before it touches a sum, so that a stream that
 * breaks off or arrives damaged leaves no trace. Safe for use by many threads.
 */
public final class LaneReducer {
    private final PushLayout pushes;
    private final BucketRange range;
    private final int[] lengths;
    private final BucketCodecs codecs;
    private final Listener listener;
    /** By step modulo their number. */
    private final StepSums[] open;

    private int generation = -1;
    private int step = -1;

    /** Told on a network thread what is complete. */
    @FunctionalInterface
    public interface Listener {
        /** Told once a step and bucket that its sum is complete: {@link #copySum} has it. */
        default void bucketReduced(int generation, int step, int bucket) {}

        /**
         * Told once a step that every bucket's sum is complete; never where there are no buckets.
         *
         * @param squares float64 sum of squares of each bucket in order, 0 of those that are not pushed; the caller's own copy
         */
        void reduced(int generation, int step, double[] squares);
    }

    /** Of one step at a time, with plain float32 pushed. */
    public LaneReducer(ParameterLayout layout, BucketRange range, int lanes, Listener listener) {
        this(PushLayout.ofGradients(layout), range, lanes, 1, BucketCodecs.plain(), listener);
    }

    /**
     * @param buckets of the shard
     * @param openSteps at once, the one to be applied next included
     */
    public LaneReducer(
            PushLayout pushes, BucketRange buckets, int lanes, int openSteps, BucketCodecs codecs, Listener listener) {
        this.pushes = pushes;
        this.range = pushes.range(buckets);
        this.codecs = codecs;
        this.listener = listener;
        this.lengths = new int[range.count()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = pushes.bucket(range.first() + i).length();
        }
        this.open = new StepSums[openSteps];
        for (int i = 0; i < openSteps; i++) {
            open[i] = new StepSums(lanes, lengths);
        }
    }

    /**
     * Makes a step the one to be applied next, and opens it and those that may overlap with it. Everything that was received is
     * forgotten.
     */
    public synchronized void begin(int newGeneration, int newStep) {
        generation = newGeneration;
        step = newStep;
        for (int at = newStep; at < newStep + open.length; at++) {
            sums(at).begin(newGeneration, at, expected(at));
        }
    }

    /** Makes a later step of the same generation the one to be applied next. What overlapped with those before it stays. */
    public synchronized void advance(int newStep) {
        step = newStep;
        for (int at = newStep; at < newStep + open.length; at++) {
            if (!sums(at).isOf(generation, at)) {
                sums(at).begin(generation, at, expected(at));
            }
        }
    }

    /** Takes nothing before the next {@link #begin}. */
    public synchronized void close() {
        generation = -1;
        for (StepSums sums : open) {
            sums.begin(-1, -1, lengths.length); // Drops what is on its way in, too.
        }
    }

    /** How many buckets of this shard lanes push of a step. */
    private int expected(int ofStep) {
        return (int) IntStream.range(range.first(), range.end())
                .filter(index -> pushes.isPushed(index, ofStep))
                .count();
    }

    private StepSums sums(int ofStep) {
        return open[Math.floorMod(ofStep, open.length)];
    }

    /** Elements of a pushed bucket. */
    public int length(int bucket) {
        return lengths[bucket - range.first()];
    }

    /** The complete sum of a pushed bucket at the step to be applied next; its owner may read it until the next begins. */
    public float[] sum(int bucket) {
        return sums(step).root(bucket - range.first());
    }

    /** Whether this step is being summed. */
    public boolean isAt(int wantedGeneration, int wantedStep) {
        return sums(wantedStep).isOf(wantedGeneration, wantedStep);
    }

    /** Tells someone of each sum that is complete, of all open steps. */
    public void tellAgain(Listener newcomer) {
        int ofGeneration;
        int oldest;
        synchronized (this) {
            ofGeneration = generation;
            oldest = step;
        }
        for (int at = oldest; at < oldest + open.length; at++) {
            for (int place = 0; place < lengths.length; place++) {
                if (sums(at).isOf(ofGeneration, at) && sums(at).root(place) != null) {
                    newcomer.bucketReduced(ofGeneration, at, range.first() + place);
                }
            }
        }
    }

    /**
     * Copies a complete sum as little-endian float32, from any thread.
     *
     * @param into of the bucket's length, from its start
     * @return false where another step has begun meanwhile; the copy is then worth nothing
     */
    public boolean copySum(int wantedGeneration, int wantedStep, int bucket, ByteBuffer into) {
        return sums(wantedStep).copy(wantedGeneration, wantedStep, bucket - range.first(), into);
    }

    /**
     * Takes a pushed bucket.
     *
     * @throws IllegalStateException where the generation is not the one at hand, or the step lies ahead
     * @throws IllegalArgumentException where bucket or length are not this shard's, or nobody knows the codec
     */
    public BucketSink open(BucketHeader header) {
        int place = header.bucket() - range.first();
        boolean pushed = range.contains(header.bucket()) && pushes.isPushed(header.bucket(), header.step());
        if (!pushed || header.length() != lengths[place]) {
            throw new IllegalArgumentException("pushed bucket is not of this shard: bucket=" + header.bucket()
                    + " length=" + header.length() + " buckets=[" + range.first() + ", " + range.end() + ")");
        }
        refuseUnlessOpen(header);
        return new BucketReceiver(header, codecs.named(header.codec()), sums(header.step()), place, listener);
    }

    private synchronized void refuseUnlessOpen(BucketHeader header) {
        boolean ahead = header.step() >= step + open.length;
        if (generation < 0 || header.generation() != generation || ahead) {
            throw new IllegalStateException("stale push: generation=" + header.generation() + " step=" + header.step()
                    + " expected generation=" + generation + " step=" + step);
        }
    }
}
