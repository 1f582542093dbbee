package org.weft.driver.plan;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.NewtonSchulz;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.params.WholeMatrix;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.LayoutCodec;

/**
 * The memory of a server with the most of a run's parameters.
 *
 * @param layout as servers have it
 * @param shares of gradients
 * @param innerShares of vectors that are pushed beside gradients
 */
record ShardMemory(
        WeftConfig config, ParameterLayout layout, MemoryModel.LaneShares shares, MemoryModel.LaneShares innerShares) {

    /** One copy of the largest shard. */
    ServerMemory server(long heapBytes) {
        int servers = config.cluster().servers();
        RangePartitioner partitioner = RangePartitioner.of(layout, servers);
        long elements = 0;
        int buckets = 0;
        LayoutCodec pulled = BucketCodecs.of(config, layout).parameters();
        long rounded = 0; // of the shard that has the most of it
        long workSpace = 0; // of the one that has the largest matrix
        long staging = 0;
        long zeros = 0; // of the largest
        for (int shard = 0; shard < servers; shard++) {
            BucketRange range = partitioner.range(shard);
            long owned = range.count() == 0
                    ? 0
                    : layout.bucket(range.end() - 1).end()
                            - layout.bucket(range.first()).offset();
            if (owned > elements) {
                elements = owned;
                buckets = range.count();
                zeros = zeros(range);
            }
            rounded = Math.max(rounded, pulled.bytesBeside(layout, range));
            workSpace = Math.max(workSpace, NewtonSchulz.bytes(matrices(range)));
            staging = Math.max(staging, staging(range));
        }
        long vector = elements * Float.BYTES;
        int versions = config.sync().openSteps();
        boolean predicts = config.sync().predictsWeights(config.training());
        int inner = Optimizer.innerState(config).size();
        int sums = versions * (shares.waitingSums() + inner * innerShares.waitingSums());
        int state = Optimizer.keptByServers(config).size() + (versions > 1 ? 1 : 0);
        int snapshot = 1 + state;
        long array = Math.min(Bucket.ELEMENTS, elements) * Float.BYTES;
        long arrays = (long) buckets * (state + sums + snapshot);
        long unusable = arrays * (HeapRegions.occupied(array, heapBytes) - array);
        return new ServerMemory(
                elements,
                (versions + (predicts ? 1 : 0)) * (vector + rounded) + inner * vector,
                workSpace,
                state * vector - zeros,
                sums * vector,
                versions * (shares.pushes() + inner * innerShares.pushes()) * vector,
                snapshot * vector - zeros,
                staging,
                unusable);
    }

    /** Bytes of vectors that stay zero, which take no memory. */
    private long zeros(BucketRange range) {
        if (layout.matrices().isEmpty()) {
            return 0;
        }
        Optimizer optimizer = Optimizer.ofServers(config);
        long bytes = 0;
        for (int index = range.first(); index < range.end(); index++) {
            Bucket bucket = layout.bucket(index);
            List<Optimizer.Segment> segments = optimizer.segments(layout, bucket);
            for (StateVector vector : optimizer.state()) {
                bytes += optimizer.keeps(vector, segments) ? 0 : bucket.bytes();
            }
        }
        return bytes;
    }

    private List<WholeMatrix> matrices(BucketRange range) {
        List<WholeMatrix> matrices = new ArrayList<>();
        for (WholeMatrix matrix : layout.matrices()) {
            if (range.contains(layout.bucketOf(matrix.parameter().offset()))) {
                matrices.add(matrix);
            }
        }
        return matrices;
    }

    /** Of the matrix in the most buckets; one bucket is among what a server has anyway. */
    private long staging(BucketRange range) {
        int most = 1;
        int buckets = 0;
        for (int bucket = range.first(); bucket < range.end(); bucket++) {
            buckets = layout.continues(bucket) ? buckets + 1 : 1;
            most = Math.max(most, buckets);
        }
        return (most - 1L) * layout.longestBucket() * Float.BYTES;
    }
}
