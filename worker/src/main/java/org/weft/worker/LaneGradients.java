package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.PushLayout;
import org.weft.core.transport.Deadline;
import org.weft.engine.GradientListener;
import org.weft.engine.Replica;

/**
 * What a worker pushes of its lanes. As backward finishes a range of a lane's gradient, each whole bucket of it climbs the
 * {@link LaneTree}, and with it, where lanes' optimizers are kept, what they keep of that bucket, in plain float32 whatever gradients
 * travel as. Owned by the worker's thread.
 */
final class LaneGradients implements GradientListener {
    private final Replica<?> replica;
    private final ParameterLayout layout;
    /** The gradient's, and after it those of the vectors beside it. */
    private final List<LaneTree> all = new ArrayList<>();
    /** Those of what the step at hand pushes. */
    private List<LaneTree> trees = List.of();

    private final PushLayout pushes;

    private int nextBucket;
    private long waitedNanos;

    /**
     * @param inner what is pushed beside gradients
     * @param overlap whether a span is pushed while the next is computed
     */
    LaneGradients(Replica<?> replica, InnerState inner, ServerClient servers, BucketCodecs codecs, boolean overlap) {
        this.replica = replica;
        this.pushes = inner.pushes();
        this.layout = pushes.layout();
        for (int at = 0; at < inner.pushes().vectors(); at++) {
            ByteBuffer[] windows = new ByteBuffer[layout.bucketCount()];
            for (int i = 0; i < windows.length; i++) {
                Bucket bucket = layout.bucket(i);
                windows[i] = at == 0 ? replica.gradients(bucket.offset(), bucket.length()) : inner.lane(at - 1, i);
            }
            BucketCodec codec = at == 0 ? codecs.gradients() : BucketCodec.F32;
            LaneTree.Pushed vector = new LaneTree.Pushed(windows, at, codec);
            all.add(new LaneTree(inner.pushes(), vector, servers, codecs, overlap));
        }
    }

    /** Starts a span of lanes. */
    void begin(int generation, int step, LaneSpan span) {
        trees = all.subList(0, 1 + pushes.inner(step).size());
        trees.forEach(tree -> tree.begin(generation, step, span));
        waitedNanos = 0;
    }

    /** Starts a lane with a gradient of zero. What is still being sent from memory that it needs is waited for. */
    void beginLane(int lane, Deadline deadline) throws IOException {
        long start = deadline.threads().nanoTime();
        for (LaneTree tree : trees) {
            tree.beginLane(lane, deadline);
        }
        waitedNanos += deadline.threads().nanoTime() - start;
        nextBucket = layout.bucketCount() - 1;
        replica.zeroGradients();
    }

    /** Buckets are complete from the vector's end to its beginning. */
    @Override
    public void rangeReady(long offset, long length) {
        while (nextBucket >= 0 && layout.bucket(nextBucket).offset() >= offset) {
            Bucket bucket = layout.bucket(nextBucket);
            trees.forEach(tree -> tree.climb(bucket));
            nextBucket--;
        }
    }

    /** Ends a span: what was pushed of it and is, perhaps, not acknowledged yet. */
    List<CompletableFuture<Void>> end() {
        return trees.stream().flatMap(tree -> tree.end().stream()).toList();
    }

    /** How long this span's lanes waited for memory that others' bytes were sent from. */
    long waitedNanos() {
        return waitedNanos;
    }

    /** Bytes pushed in this span. */
    long pushedBytes() {
        return trees.stream().mapToLong(LaneTree::pushedBytes).sum();
    }

    /** Drops a span in the middle. */
    void abandon() {
        all.forEach(LaneTree::abandon);
    }
}
