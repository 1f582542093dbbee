package org.weft.core.params;

/** Gives each of S shards a run of whole buckets, as even as whole buckets allow. Pure arithmetic. */
public record RangePartitioner(int buckets, int shards) {

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

    public BucketRange range(int shard) {
        if (shard < 0 || shard >= shards) {
            throw new IndexOutOfBoundsException("shard=" + shard + " shards=" + shards);
        }
        return new BucketRange(boundary(shard), boundary(shard + 1));
    }

    /** The shard that owns a bucket. */
    public int shardOf(int bucket) {
        int shard = (int) ((long) bucket * shards / Math.max(1, buckets));
        while (boundary(shard + 1) <= bucket) {
            shard++;
        }
        while (boundary(shard) > bucket) {
            shard--;
        }
        return shard;
    }

    private int boundary(int shard) {
        return (int) ((long) buckets * shard / shards);
    }
}
