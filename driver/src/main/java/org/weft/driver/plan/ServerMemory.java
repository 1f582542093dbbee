package org.weft.driver.plan;

/**
 * Bytes of one copy of a server's shard. What workers pull is the weights themselves: publishing copies
 * nothing, unless workers pull them rounded.
 *
 * @param elements of the flat vector that the shard owns
 * @param weights in direct memory, of each version that is kept, and the newest beside predicted ones; and what workers pull beside them: where that is rounded, and
 *     means of moments
 * @param workSpace in direct memory: of the largest matrix that is moved as a whole; 0 where none is
 * @param moments the optimizer's vectors on the heap: two of AdamW, none of SGD; and what the next gradient is taken at, where gradients are late, or the
 *     means of lanes' optimizers
 * @param sums gradients on the heap: one that comes in, and one that waits on each level of the lane tree above the pushes
 * @param sumsAtWorst the same if every push of a bucket comes in at once: what many workers may come to
 * @param snapshot weights and the optimizer's vectors as a checkpoint copies them, on the heap from the first checkpoint on
 * @param staging weights of a matrix that is moved as a whole, on the heap, where it is in several buckets
 * @param unusable ends of the heap's regions that its arrays of 4 MiB leave unused
 */
public record ServerMemory(
        long elements,
        long weights,
        long workSpace,
        long moments,
        long sums,
        long sumsAtWorst,
        long snapshot,
        long staging,
        long unusable) {

    /** Java heap. */
    public long heap() {
        return moments + sums + snapshot + staging + unusable;
    }

    /** Direct memory. */
    public long direct() {
        return weights + workSpace;
    }

    /** Heap and direct memory. */
    public long total() {
        return heap() + direct();
    }
}
