package org.weft.bench;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.config.ConfigLoader;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Service;
import org.weft.parameterserver.reduce.LaneReducer;
import org.weft.parameterserver.shard.ParameterShard;

/**
 * A parameter server's exchange without its coordinator: one shard that owns a whole vector, with the reducer and the
 * published parameters that a real one has. Two lanes, so that every other push is added to the one before.
 */
final class ServedVector implements Service {
    static final int LANES = 2;

    private final ParameterLayout layout;
    private final LaneReducer reducer;
    private final ParameterShard shard;
    private CompletableFuture<Void> reduced = new CompletableFuture<>();

    ServedVector(int elements) {
        layout = ParameterLayout.builder()
                .add("vector", List.of(elements), true, Initializer.ZEROS)
                .build();
        BucketRange range = new BucketRange(0, layout.bucketCount());
        reducer = new LaneReducer(
                layout, range, LANES, (generation, step, squares) -> reduced().complete(null));
        shard = new ParameterShard(
                layout,
                range,
                ConfigLoader.load("bench", "", List.of("run.dir=file:///nowhere"))
                        .training());
        shard.beginLoad(0, 0);
        shard.initialize(1);
        shard.publishAll();
    }

    ParameterLayout layout() {
        return layout;
    }

    /** Opens a step; the future completes when both lanes of all buckets are summed. */
    synchronized CompletableFuture<Void> begin(int step) {
        reduced = new CompletableFuture<>();
        reducer.begin(0, step);
        return reduced;
    }

    private synchronized CompletableFuture<Void> reduced() {
        return reduced;
    }

    BucketHeader header(int step, int lane, int bucket, int checksum) {
        return new BucketHeader(
                0, step, TreeNode.lane(lane), bucket, layout.bucket(bucket).length(), checksum);
    }

    @Override
    public CompletableFuture<Message> receive(Message request) {
        return shard.await((Message.AwaitParameters) request);
    }

    @Override
    public BucketSink openPush(BucketHeader header) {
        return reducer.open(header);
    }

    @Override
    public ByteBuffer openPull(BucketKey key) {
        return shard.bytes(key);
    }
}
