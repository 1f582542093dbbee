package org.weft.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Service;

/** A server that keeps what is pushed, node by node, and serves parameters whose element i is a function of (step, i). */
final class FakeServer implements Service {
    final Map<TreeNode, Map<Integer, float[]>> pushed = new ConcurrentHashMap<>();
    volatile boolean damaged;
    volatile boolean silent;
    /** Buckets from here on are published when this is released. */
    volatile int heldFrom = Integer.MAX_VALUE;

    final CompletableFuture<Void> release = new CompletableFuture<>();
    private final BucketRange range;

    FakeServer(BucketRange range) {
        this.range = range;
    }

    static float parameter(int step, long index) {
        return step * 100 + index % 97;
    }

    private static ByteBuffer bytes(int step, int bucket) {
        int length = FakeReplica.LAYOUT.bucket(bucket).length();
        long offset = FakeReplica.LAYOUT.bucket(bucket).offset();
        ByteBuffer bytes = ByteBuffer.allocateDirect(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            bytes.putFloat(i * Float.BYTES, parameter(step, offset + i));
        }
        return bytes;
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate());
        return (int) checksum.getValue();
    }

    /** One bucket at a time, so that a worker has to ask again. */
    @Override
    public CompletableFuture<Message> receive(Message request) {
        if (!(request instanceof Message.AwaitParameters await)) {
            return CompletableFuture.completedFuture(new Message.Refused("unexpected " + request));
        }
        if (silent) {
            return new CompletableFuture<>();
        }
        if (await.fromBucket() >= heldFrom && !release.isDone()) {
            return release.thenCompose(nothing -> receive(request));
        }
        int bucket = await.fromBucket();
        int checksum = checksum(bytes(await.step(), bucket)) + (damaged ? 1 : 0);
        return CompletableFuture.completedFuture(new Message.ParametersReady(bucket + 1, new int[] {checksum}));
    }

    @Override
    public ByteBuffer openPull(BucketKey key) {
        return bytes(key.step(), key.bucket());
    }

    @Override
    public BucketSink openPush(BucketHeader header) {
        ByteBuffer received = ByteBuffer.allocate(header.length() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return new BucketSink() {
            @Override
            public void bytes(ByteBuffer part) {
                received.put(part);
            }

            @Override
            public void complete() {
                if (!range.contains(header.bucket()) || checksum(received.flip()) != header.checksum()) {
                    throw new IllegalStateException("bad push " + header);
                }
                float[] values = new float[header.length()];
                received.asFloatBuffer().get(values);
                float[] before = pushed.computeIfAbsent(header.node(), node -> new ConcurrentHashMap<>())
                        .put(header.bucket(), values);
                if (before != null && !Arrays.equals(before, values)) {
                    throw new IllegalStateException("another sum for " + header);
                }
            }

            @Override
            public void failed(Throwable cause) {
                // Nothing was kept.
            }
        };
    }
}
