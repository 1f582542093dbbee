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
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.PushLayout;
import org.weft.core.transport.Deadline;

/**
 * The worker's part of the lane tree for one vector that lanes push. Each bucket climbs as far as its left siblings are here: it is
 * added to the sibling, or kept until its own right sibling comes, or pushed, where its parent spans lanes of other workers. Where the
 * codec is lossy, each lane is pushed.
 *
 * <p>Sums are kept in vectors of P floats in direct memory, taken from a pool that grows to at most log2(lanes of the
 * span) vectors and is never given back. What is encoded, or is to be sent while the next lane is computed, is sent from
 * {@link SendMemory}; all else from where it is. Owned by the worker's thread.
 */
final class LaneTree {
    /** One kept sum: P floats, a direct buffer a bucket. */
    private record Vector(ByteBuffer[] buckets) {}

    /**
     * The vector.
     *
     * @param windows where a lane's is, a window a bucket
     * @param at its place among the vectors of {@link PushLayout}
     */
    record Pushed(ByteBuffer[] windows, int at, BucketCodec codec) {}

    private final Pushed vector;
    private final ServerClient servers;
    private final BucketCodecs codecs;
    private final BucketCodec codec;
    /** Null where sums are sent from where they are. */
    private final SendMemory memory;

    private final PushLayout pushes;
    private final LaneSum sum = new LaneSum();
    private final Deque<Vector> free = new ArrayDeque<>();
    private final Map<TreeNode, Vector> kept = new HashMap<>();
    private List<CompletableFuture<Void>> sent = new ArrayList<>();
    private final List<Vector> inFlight = new ArrayList<>();
    private LaneSpan span;
    private int generation;
    private int step;
    private int lane;
    private long pushedBytes;

    /**
     * @param overlap whether a span is pushed while the next is computed
     */
    LaneTree(PushLayout pushes, Pushed vector, ServerClient servers, BucketCodecs codecs, boolean overlap) {
        this.pushes = pushes;
        this.vector = vector;
        this.servers = servers;
        this.codecs = codecs;
        this.codec = vector.codec();
        this.memory = overlap || codec.lossy() ? new SendMemory(pushes.layout(), codec, overlap ? 2 : 1) : null;
    }

    /** Starts a span of lanes. */
    void begin(int newGeneration, int newStep, LaneSpan newSpan) {
        generation = newGeneration;
        step = newStep;
        span = newSpan;
        pushedBytes = 0;
    }

    /** Starts a lane. What is still being sent from memory that it needs is waited for. */
    void beginLane(int newLane, Deadline deadline) throws IOException {
        lane = newLane;
        if (memory == null) {
            acknowledge(deadline);
        } else if (isPushed(TreeNode.lane(lane))) {
            memory.next(deadline);
        }
        reserveVectors();
    }

    /** Whether a lane completes a sum that no sibling is waited for here. */
    private boolean isPushed(TreeNode laneNode) {
        TreeNode node = laneNode;
        while (isSummedHere(node.parent())) {
            if (node.isLeft()) {
                return false;
            }
            node = node.parent();
        }
        return true;
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
        ParameterLayout layout = pushes.layout();
        ByteBuffer[] buckets = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = ByteBuffer.allocateDirect(layout.bucket(i).bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        return new Vector(buckets);
    }

    /** A bucket of the lane is final; from the vector's end to its beginning. */
    void climb(Bucket bucket) {
        TreeNode node = TreeNode.lane(lane);
        ByteBuffer value = vector.windows()[bucket.index()];
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
            push(node, bucket, value);
        }
    }

    private void push(TreeNode node, Bucket bucket, ByteBuffer value) {
        ByteBuffer bytes = memory == null
                ? value
                : memory.encode(bucket, value, codecs.draw(step, node.level(), node.index(), bucket.index()));
        int checksum = BucketHeader.checksum(bytes);
        int index = pushes.index(bucket.index(), vector.at());
        BucketHeader header = new BucketHeader(generation, step, node, index, bucket.length(), checksum, codec.name());
        CompletableFuture<Void> push = servers.push(bucket.index(), header, bytes);
        sent.add(push);
        if (memory != null) {
            memory.sent(push);
        }
        pushedBytes += bytes.capacity();
    }

    /** After its last bucket, a left sibling's vector holds the parent. */
    private void rename(Bucket bucket, TreeNode right) {
        if (bucket.index() > 0) {
            return;
        }
        Vector sums = kept.remove(right.sibling());
        TreeNode parent = right.parent();
        boolean pushed = !isSummedHere(parent.parent());
        if (pushed && memory == null) {
            inFlight.add(sums);
        } else if (!pushed && parent.isLeft()) {
            kept.put(parent, sums);
        } else {
            free.push(sums); // It has been copied, or its own left sibling takes it in at once.
        }
    }

    /** Ends a span: what was pushed of it and is, perhaps, not acknowledged yet. */
    List<CompletableFuture<Void>> end() {
        List<CompletableFuture<Void>> ofSpan = sent;
        if (memory != null) {
            sent = new ArrayList<>();
        }
        return ofSpan;
    }

    /** Bytes pushed in this span. */
    long pushedBytes() {
        return pushedBytes;
    }

    private void acknowledge(Deadline deadline) throws IOException {
        for (CompletableFuture<Void> push : sent) {
            deadline.await(push, "the servers' acknowledgement of gradients of step " + step);
        }
        sent.clear();
        free.addAll(inFlight);
        inFlight.clear();
    }

    /** Drops a span in the middle. Vectors that may still be on their way out are left to the garbage collector. */
    void abandon() {
        sent.clear();
        kept.clear();
        inFlight.clear();
        if (memory != null) {
            memory.abandon();
        }
    }
}
