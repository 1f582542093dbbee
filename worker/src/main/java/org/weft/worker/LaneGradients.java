package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.lanes.LaneSum;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.transport.Deadline;
import org.weft.engine.GradientListener;
import org.weft.engine.Replica;

/**
 * The worker's part of the lane tree. As backward finishes a range of a lane's gradient, each whole bucket of it climbs
 * the tree as far as its left siblings are here: it is added to the sibling, or kept until its own right sibling comes,
 * or pushed, where its parent spans lanes of other workers. Where the codec of gradients is lossy, each lane is pushed.
 *
 * <p>Sums are kept in vectors of P floats in direct memory, taken from a pool that grows to at most log2(lanes of the
 * span) vectors and is never given back. Owned by the worker's thread.
 */
final class LaneGradients implements GradientListener {
    /** One kept sum: P floats, a direct buffer a bucket. */
    private record Vector(ByteBuffer[] buckets) {}

    private final Replica<?> replica;
    private final ParameterClient servers;
    private final BucketCodec codec;
    private final ParameterLayout layout;
    /** The replica's gradient, a window a bucket. */
    private final ByteBuffer[] windows;

    private final LaneSum sum = new LaneSum();
    private final Deque<Vector> free = new ArrayDeque<>();
    private final Map<TreeNode, Vector> kept = new HashMap<>();
    private final List<CompletableFuture<Void>> pushes = new ArrayList<>();
    private final List<Vector> inFlight = new ArrayList<>();
    private LaneSpan span;
    private int generation;
    private int step;
    private int lane;
    private int nextBucket;
    private long pushedBytes;

    /**
     * @param codec that gradients are pushed in
     */
    LaneGradients(Replica<?> replica, ParameterClient servers, BucketCodec codec) {
        this.replica = replica;
        this.servers = servers;
        this.codec = codec;
        this.layout = replica.layout();
        this.windows = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < windows.length; i++) {
            Bucket bucket = layout.bucket(i);
            windows[i] = replica.gradients(bucket.offset(), bucket.length());
        }
    }

    /** Starts a span of lanes. */
    void begin(int newGeneration, int newStep, LaneSpan newSpan) {
        generation = newGeneration;
        step = newStep;
        span = newSpan;
        pushedBytes = 0;
    }

    /** Starts a lane with a gradient of zero. What is still being sent from the gradient's memory is waited for. */
    void beginLane(int newLane, Deadline deadline) throws IOException {
        acknowledge(deadline);
        lane = newLane;
        nextBucket = layout.bucketCount() - 1;
        replica.zeroGradients();
        reserveVectors();
    }

    /** Takes from the pool what this lane will keep, so that nothing is allocated while backward runs. */
    private void reserveVectors() {
        TreeNode node = TreeNode.lane(lane);
        if (node.isLeft() && isSummedHere(node.parent())) {
            kept.put(node, free.isEmpty() ? newVector() : free.pop());
        }
    }

    private boolean isSummedHere(TreeNode node) {
        return !codec.lossy() && span.contains(node);
    }

    private Vector newVector() {
        ByteBuffer[] buckets = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = ByteBuffer.allocateDirect(layout.bucket(i).bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        return new Vector(buckets);
    }

    /** Buckets are complete from the vector's end to its beginning. */
    @Override
    public void rangeReady(long offset, long length) {
        while (nextBucket >= 0 && layout.bucket(nextBucket).offset() >= offset) {
            climb(layout.bucket(nextBucket));
            nextBucket--;
        }
    }

    private void climb(Bucket bucket) {
        TreeNode node = TreeNode.lane(lane);
        ByteBuffer value = windows[bucket.index()];
        if (node.isLeft() && isSummedHere(node.parent())) {
            kept.get(node)
                    .buckets()[bucket.index()]
                    .clear()
                    .put(value.duplicate().clear());
            return;
        }
        while (!node.isLeft() && isSummedHere(node.parent())) {
            ByteBuffer left = kept.get(node.sibling()).buckets()[bucket.index()];
            sum.add(left, value);
            value = left;
            rename(bucket, node);
            node = node.parent();
        }
        if (!isSummedHere(node.parent())) {
            pushes.add(servers.push(generation, step, node, bucket, value));
            pushedBytes += codec.bytes(bucket.length());
        }
    }

    /** After its last bucket, a left sibling's vector holds the parent. */
    private void rename(Bucket bucket, TreeNode right) {
        if (bucket.index() > 0) {
            return;
        }
        Vector vector = kept.remove(right.sibling());
        TreeNode parent = right.parent();
        if (!isSummedHere(parent.parent())) {
            inFlight.add(vector);
        } else if (parent.isLeft()) {
            kept.put(parent, vector);
        } else {
            free.push(vector); // Its own left sibling takes it in at once.
        }
    }

    /**
     * Waits until the servers have everything of the span.
     *
     * @return bytes pushed in this span
     */
    long awaitPushes(Deadline deadline) throws IOException {
        acknowledge(deadline);
        return pushedBytes;
    }

    private void acknowledge(Deadline deadline) throws IOException {
        for (CompletableFuture<Void> push : pushes) {
            deadline.await(push, "the servers' acknowledgement of gradients of step " + step);
        }
        pushes.clear();
        free.addAll(inFlight);
        inFlight.clear();
    }

    /** Drops a span in the middle. Vectors that may still be on their way out are left to the garbage collector. */
    void abandon() {
        pushes.clear();
        kept.clear();
        inFlight.clear();
    }
}
