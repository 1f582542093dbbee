package org.weft.parameterserver.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.optim.StateVector;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;

/**
 * Where the vectors of a checkpoint go in a shard: cut at its buckets.
 *
 * @param version whose weights are written
 */
record StoredVectors(ParameterLayout layout, BucketRange range, List<BucketState> states, int version) {

    /**
     * @param kept what the optimizer keeps, in its order
     */
    Map<String, CheckpointReader.Sink> sinks(List<StateVector> kept) {
        Map<String, CheckpointReader.Sink> sinks = new HashMap<>();
        sinks.put(CheckpointReader.PARAM, byBucket((state, at, part) -> {
            ByteBuffer target = state.weights().plain(version);
            target.position(at * Float.BYTES).put(part);
        }));
        for (int i = 0; i < kept.size(); i++) {
            int vector = i;
            sinks.put(kept.get(i).vector(), byBucket((state, at, part) -> fill(state.vectors()[vector], at, part)));
        }
        return sinks;
    }

    private static void fill(float[] target, int at, ByteBuffer part) {
        part.asFloatBuffer().get(target, at, part.remaining() / Float.BYTES);
    }

    /** Takes elements of one bucket. */
    @FunctionalInterface
    private interface BucketSink {
        /**
         * @param at index of the first element in the bucket
         */
        void accept(BucketState state, int at, ByteBuffer part);
    }

    private CheckpointReader.Sink byBucket(BucketSink sink) {
        return (offset, bytes) -> {
            long at = offset;
            while (bytes.hasRemaining()) {
                BucketState state = states.get(layout.bucketOf(at) - range.first());
                int within = (int) (at - state.bucket().offset());
                int count =
                        Math.min(bytes.remaining() / Float.BYTES, state.bucket().length() - within);
                ByteBuffer part = bytes.slice(bytes.position(), count * Float.BYTES);
                sink.accept(state, within, part.order(ByteOrder.LITTLE_ENDIAN));
                bytes.position(bytes.position() + count * Float.BYTES);
                at += count;
            }
        };
    }
}
