package org.weft.core.params;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Gives each of S shards a run of whole buckets. Pure arithmetic: as even as whole buckets allow; where some matrices have one server each,
 * so that the shard with the most work has as little as can be, and no matrix is cut.
 */
public final class RangePartitioner {
    /**
     * Floating-point operations of products in the time that a server takes for an element of an update without any: to receive, sum,
     * move and publish it. Measured: 10 ns, and 50 operations of products in a ns.
     */
    private static final double ELEMENT_OPERATIONS = 500;

    private final int buckets;
    /** Of shard s its first bucket, and of the last the end. */
    private final int[] boundaries;

    /**
     * A shard's buckets.
     *
     * @param first index of the first bucket
     * @param end index after the last bucket; equal to {@code first} where there are more shards than buckets
     */
    public record BucketRange(int first, int end) {
        public int count() {
            return end - first;
        }

        public boolean contains(int bucket) {
            return bucket >= first && bucket < end;
        }
    }

    /** Of buckets that are all alike. */
    public RangePartitioner(int buckets, int shards) {
        this(
                buckets,
                IntStream.rangeClosed(0, shards)
                        .map(shard -> (int) ((long) buckets * shard / shards))
                        .toArray());
    }

    private RangePartitioner(int buckets, int[] boundaries) {
        this.buckets = buckets;
        this.boundaries = boundaries;
    }

    /** Of a run's layout. */
    public static RangePartitioner of(ParameterLayout layout, int shards) {
        if (layout.matrices().isEmpty()) {
            return new RangePartitioner(layout.bucketCount(), shards);
        }
        int[] starts = IntStream.range(0, layout.bucketCount())
                .filter(bucket -> !layout.continues(bucket))
                .toArray();
        double[] costs = costs(layout, starts);
        double most = leastLoad(costs, shards);
        int[] boundaries = new int[shards + 1];
        int next = 0;
        for (int shard = 0; shard < shards; shard++) {
            boundaries[shard] = next < starts.length ? starts[next] : layout.bucketCount();
            int left = shards - shard - 1; // Each of them gets a run where there are enough.
            next = Math.min(filled(costs, next, most), Math.max(next + 1, starts.length - left));
            next = Math.min(next, starts.length);
        }
        boundaries[shards] = layout.bucketCount();
        return new RangePartitioner(layout.bucketCount(), boundaries);
    }

    /** Of each run of buckets that has one server. */
    private static double[] costs(ParameterLayout layout, int[] starts) {
        double[] costs = new double[starts.length];
        for (int i = 0; i < starts.length; i++) {
            long end = i + 1 < starts.length ? layout.bucket(starts[i + 1]).offset() : layout.size();
            costs[i] = ELEMENT_OPERATIONS * (end - layout.bucket(starts[i]).offset());
        }
        for (WholeMatrix matrix : layout.matrices()) {
            int bucket = layout.bucketOf(matrix.parameter().offset());
            int at = Arrays.binarySearch(starts, bucket);
            costs[at < 0 ? -at - 2 : at] += matrix.operations();
        }
        return costs;
    }

    /** The least that the shard with the most has: what each load that a run of shards may come to is tried by halves. */
    private static double leastLoad(double[] costs, int shards) {
        double low = Arrays.stream(costs).max().orElse(0);
        double high = Arrays.stream(costs).sum();
        if (shardsFor(costs, low) <= shards) {
            return low;
        }
        for (int i = 0; i < Double.SIZE; i++) {
            double middle = low + (high - low) / 2;
            if (shardsFor(costs, middle) <= shards) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private static int shardsFor(double[] costs, double most) {
        int shards = 0;
        for (int next = 0; next < costs.length; shards++) {
            next = filled(costs, next, most);
        }
        return shards;
    }

    /** The first that has no room beside those from another on. */
    private static int filled(double[] costs, int first, double most) {
        double load = 0;
        int next = first;
        while (next < costs.length && (load + costs[next] <= most || next == first)) {
            load += costs[next++];
        }
        return next;
    }

    /** How many buckets all shards have together. */
    public int buckets() {
        return buckets;
    }

    public BucketRange range(int shard) {
        if (shard < 0 || shard >= boundaries.length - 1) {
            throw new IndexOutOfBoundsException("shard=" + shard + " shards=" + (boundaries.length - 1));
        }
        return new BucketRange(boundaries[shard], boundaries[shard + 1]);
    }

    /** How many shards have any. */
    public int owners() {
        return (int) IntStream.range(0, boundaries.length - 1)
                .filter(shard -> range(shard).count() > 0)
                .count();
    }

    /** The shard that owns a bucket. */
    public int shardOf(int bucket) {
        int low = 0;
        int high = boundaries.length - 2;
        while (low < high) { // The first shard that ends after it.
            int middle = (low + high) >>> 1;
            if (boundaries[middle + 1] > bucket) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
