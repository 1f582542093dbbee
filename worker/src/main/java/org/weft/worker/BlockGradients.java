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
import org.weft.core.transport.Deadline;
import org.weft.engine.Replica;
import org.weft.engine.SpanPasses;

/**
 * The worker's part of the lane tree, where a block's gradients come of all lanes before the next block's of any. A range is cut at the
 * buckets' borders; each part climbs the tree as in a {@link LaneTree}, element by element the same sums. What has climbed is put
 * together to whole buckets, which are sent as they are complete.
 *
 * <p>All of it is in direct memory of a bucket each, used again: of the range at hand log2(lanes of the span) times, and what is on its
 * way to the servers, which is waited for beyond {@code inFlight} buckets. Owned by the worker's thread.
 */
final class BlockGradients implements SpanPasses.Listener {
    /** A part of a range within one bucket. */
    private record Part(Bucket bucket, long offset, int length) {
        int at() {
            return (int) (offset - bucket.offset()) * Float.BYTES;
        }

        int bytes() {
            return length * Float.BYTES;
        }
    }

    private record NodePart(TreeNode node, int bucket) {}

    /** A bucket of a node that is being put together. */
    private static final class Whole {
        final ByteBuffer memory;
        int missing;

        Whole(ByteBuffer memory, int missing) {
            this.memory = memory;
            this.missing = missing;
        }
    }

    private record Sent(CompletableFuture<Void> push, ByteBuffer memory) {}

    private final Replica<?> replica;
    private final ServerClient servers;
    private final BucketCodecs codecs;
    private final BucketCodec codec;
    private final ParameterLayout layout;
    private final int inFlight;
    private final LaneSum sum = new LaneSum();
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    /** Of the range at hand, by node. */
    private final Map<NodePart, ByteBuffer> kept = new HashMap<>();

    private final Map<NodePart, Whole> wholes = new HashMap<>();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private List<CompletableFuture<Void>> pushes = new ArrayList<>();
    private LaneSpan span;
    private int generation;
    private int step;
    private Deadline deadline;
    private long pushedBytes;
    private long waitedNanos;

    /** @param inFlight buckets that may be on their way at once */
    BlockGradients(Replica<?> replica, ServerClient servers, BucketCodecs codecs, int inFlight) {
        this.replica = replica;
        this.servers = servers;
        this.codecs = codecs;
        this.codec = codecs.gradients();
        this.layout = servers.layout;
        this.inFlight = inFlight;
    }

    /** Starts a span of lanes. */
    void begin(int newGeneration, int newStep, LaneSpan newSpan, Deadline newDeadline) {
        generation = newGeneration;
        step = newStep;
        span = newSpan;
        deadline = newDeadline;
        pushedBytes = 0;
        waitedNanos = 0;
    }

    @Override
    public void rangeReady(int lane, long offset, long length) {
        long end = offset + length;
        while (end > offset) {
            Bucket bucket = layout.bucket(layout.bucketOf(end - 1));
            long from = Math.max(offset, bucket.offset());
            climb(TreeNode.lane(span.first() + lane), new Part(bucket, from, (int) (end - from)));
            end = from;
        }
    }

    private void climb(TreeNode lane, Part part) {
        TreeNode node = lane;
        ByteBuffer value = replica.gradients(part.offset(), part.length());
        ByteBuffer memory = null; // That value is in; null while it is the replica's.
        while (!node.isLeft() && isSummedHere(node.parent())) {
            ByteBuffer left =
                    kept.remove(new NodePart(node.sibling(), part.bucket().index()));
            ByteBuffer total = left.slice(0, part.bytes());
            sum.add(total, value);
            release(memory);
            memory = left;
            value = total;
            node = node.parent();
        }
        if (!isSummedHere(node.parent())) {
            putTogether(node, part, value);
            release(memory);
            return;
        }
        if (memory == null) {
            memory = take();
            memory.slice(0, part.bytes()).put(value.duplicate().clear());
        }
        kept.put(new NodePart(node, part.bucket().index()), memory);
    }

    private boolean isSummedHere(TreeNode node) {
        return !codec.lossy() && span.contains(node);
    }

    private void putTogether(TreeNode node, Part part, ByteBuffer value) {
        Bucket bucket = part.bucket();
        NodePart key = new NodePart(node, bucket.index());
        Whole whole = wholes.computeIfAbsent(key, absent -> new Whole(take(), bucket.length()));
        whole.memory.slice(part.at(), part.bytes()).put(value.duplicate().clear());
        whole.missing -= part.length();
        if (whole.missing == 0) {
            wholes.remove(key);
            push(node, bucket, whole.memory);
        }
    }

    private void push(TreeNode node, Bucket bucket, ByteBuffer memory) {
        ByteBuffer floats = memory.slice(0, bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer used = memory;
        ByteBuffer bytes = floats;
        if (codec != BucketCodec.F32) {
            used = take();
            ByteBuffer spare = used.slice(0, codec.bytes(bucket.length()));
            bytes = codec.encode(floats, codecs.draw(step, node.level(), node.index(), bucket.index()), spare);
            release(memory);
        }
        int checksum = BucketHeader.checksum(bytes);
        BucketHeader header =
                new BucketHeader(generation, step, node, bucket.index(), bucket.length(), checksum, codec.name());
        CompletableFuture<Void> push = servers.push(bucket.index(), header, bytes);
        pushes.add(push);
        sent.add(new Sent(push, used));
        pushedBytes += bytes.capacity();
    }

    /** Memory of a bucket. What is on its way is waited for where there is too much of it. */
    private ByteBuffer take() {
        while (!sent.isEmpty() && (sent.size() >= inFlight || sent.peek().push().isDone())) {
            try {
                long start = deadline.threads().nanoTime();
                deadline.await(sent.peek().push(), "the servers' acknowledgement of gradients of step " + step);
                waitedNanos += deadline.threads().nanoTime() - start;
            } catch (IOException e) {
                throw new ParametersMissing(e);
            }
            free.push(sent.remove().memory());
        }
        return free.isEmpty()
                ? ByteBuffer.allocateDirect(layout.longestBucket() * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                : free.pop();
    }

    private void release(ByteBuffer memory) {
        if (memory != null) {
            free.push(memory);
        }
    }

    /** Ends a span: what was pushed of it and is, perhaps, not acknowledged yet. */
    List<CompletableFuture<Void>> end() {
        List<CompletableFuture<Void>> ofSpan = pushes;
        pushes = new ArrayList<>();
        return ofSpan;
    }

    long pushedBytes() {
        return pushedBytes;
    }

    long waitedNanos() {
        return waitedNanos;
    }

    /** Drops a span in the middle. Memory that may still be on its way out is left to the garbage collector. */
    void abandon() {
        pushes.clear();
        kept.clear();
        wholes.clear();
        sent.clear();
    }
}
