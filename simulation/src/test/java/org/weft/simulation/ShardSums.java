package org.weft.simulation;

import java.nio.ByteBuffer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.transport.Service.BucketSink;
import org.weft.parameterserver.reduce.LaneReducer;

/** What a server's shard does with pushed buckets: {@link LaneReducer}'s part, which a planted bug takes the place of. */
interface ShardSums {
    void begin(int generation, int step);

    BucketSink open(BucketHeader header);

    float[] sum(int bucket);

    boolean isAt(int generation, int step);

    boolean copySum(int generation, int step, int bucket, ByteBuffer into);

    /** Makes the sums of one shard. */
    @FunctionalInterface
    interface Factory {
        ShardSums of(ParameterLayout layout, BucketRange range, int lanes, LaneReducer.Listener listener);
    }

    /** The real one. */
    static ShardSums real(ParameterLayout layout, BucketRange range, int lanes, LaneReducer.Listener listener) {
        LaneReducer reducer = new LaneReducer(layout, range, lanes, listener);
        return new ShardSums() {
            @Override
            public void begin(int generation, int step) {
                reducer.begin(generation, step);
            }

            @Override
            public BucketSink open(BucketHeader header) {
                return reducer.open(header);
            }

            @Override
            public float[] sum(int bucket) {
                return reducer.sum(bucket);
            }

            @Override
            public boolean isAt(int generation, int step) {
                return reducer.isAt(generation, step);
            }

            @Override
            public boolean copySum(int generation, int step, int bucket, ByteBuffer into) {
                return reducer.copySum(generation, step, bucket, into);
            }
        };
    }
}
