package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.weft.core.lanes.TreeNode;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.core.transport.Transport;
import org.weft.engine.Replica;

/**
 * A worker's way to the servers: pulls a version of the parameters straight into the replica's vector, and pushes
 * buckets straight from the memory they were computed in. Owned by the worker's thread.
 */
final class ParameterClient implements AutoCloseable {
    private static final int NONE = -1;

    private final Transport transport;
    private final Replica<?> replica;
    private final ParameterLayout layout;
    private final RangePartitioner partitioner;
    private final BucketCodecs codecs;
    /** The replica's parameters, a window a bucket. */
    private final ByteBuffer[] windows;

    private final long pulledBytes;

    /** Replaced by the worker's thread alone; the heartbeat's closes them. */
    private final AtomicReferenceArray<Link> links;

    private final Address[] addresses;
    private int generation = NONE;
    private int step = NONE;
    private volatile int workGeneration = NONE;

    ParameterClient(Transport transport, Replica<?> replica, int servers, BucketCodecs codecs) {
        this.codecs = codecs;
        this.transport = transport;
        this.replica = replica;
        this.layout = replica.layout();
        this.partitioner = new RangePartitioner(layout.bucketCount(), servers);
        this.windows = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < windows.length; i++) {
            Bucket bucket = layout.bucket(i);
            windows[i] = replica.parameters(bucket.offset(), bucket.length());
        }
        this.pulledBytes = IntStream.range(0, windows.length)
                .mapToLong(i -> codecs.parameters().bytes(layout.bucket(i).length()))
                .sum();
        this.links = new AtomicReferenceArray<>(servers);
        this.addresses = new Address[servers];
    }

    /**
     * Brings the replica to a version of the parameters; nothing to do where it has it.
     *
     * @return bytes received
     */
    long pull(int wantedGeneration, int wantedStep, Address[] servers, Deadline deadline) throws IOException {
        workGeneration = wantedGeneration;
        connect(servers);
        if (generation == wantedGeneration && step == wantedStep) {
            return 0;
        }
        step = NONE;
        List<CompletableFuture<Void>> pulls = new ArrayList<>();
        for (int server = 0; server < links.length(); server++) {
            BucketRange range = partitioner.range(server);
            if (range.count() > 0) {
                pulls.add(pullFrom(server, wantedGeneration, wantedStep, range, range.first()));
            }
        }
        for (int i = 0; i < pulls.size(); i++) {
            deadline.await(pulls.get(i), "parameters of step " + wantedStep + " from the servers");
        }
        replica.parametersWritten(0, layout.size());
        generation = wantedGeneration;
        step = wantedStep;
        return pulledBytes;
    }

    /** Pulls buckets as they appear: asks for the next one, receives all that are there, asks again. */
    private CompletableFuture<Void> pullFrom(
            int server, int wantedGeneration, int wantedStep, BucketRange range, int fromBucket) {
        Link link = links.get(server);
        String codec = codecs.parameters().name();
        Message.AwaitParameters request = new Message.AwaitParameters(wantedGeneration, wantedStep, fromBucket, codec);
        return link.call(request).thenCompose(ready -> {
            List<CompletableFuture<Void>> received = new ArrayList<>();
            for (int bucket = fromBucket; bucket < ready.endBucket(); bucket++) {
                BucketKey key = new BucketKey(wantedGeneration, wantedStep, bucket, StateVector.PARAM, codec);
                received.add(pullBucket(link, key, ready.checksums()[bucket - fromBucket]));
            }
            if (ready.endBucket() < range.end()) {
                received.add(pullFrom(server, wantedGeneration, wantedStep, range, ready.endBucket()));
            }
            return CompletableFuture.allOf(received.toArray(CompletableFuture[]::new));
        });
    }

    private CompletableFuture<Void> pullBucket(Link link, BucketKey key, int checksum) {
        ByteBuffer window = windows[key.bucket()];
        ByteBuffer landing = codecs.parameters().landing(window);
        return link.pull(key, landing.duplicate().clear()).thenAccept(nothing -> {
            int actual = BucketHeader.checksum(landing);
            if (actual != checksum) {
                throw new CompletionException(new IOException("pulled bucket is damaged: " + key + " checksum="
                        + Integer.toHexString(actual) + " expected=" + Integer.toHexString(checksum)));
            }
            codecs.parameters().land(landing, window);
        });
    }

    /** Sends a node's sum of one bucket to the server that owns it; {@code data} must stand until acknowledged. */
    CompletableFuture<Void> push(int pushGeneration, int pushStep, TreeNode node, Bucket bucket, ByteBuffer data) {
        BucketCodec codec = codecs.gradients();
        int index = bucket.index();
        ByteBuffer bytes = codec.encode(data, codecs.draw(pushStep, node.level(), node.index(), index));
        int checksum = BucketHeader.checksum(bytes);
        BucketHeader header =
                new BucketHeader(pushGeneration, pushStep, node, index, bucket.length(), checksum, codec.name());
        return links.get(partitioner.shardOf(index))
                .push(header, bytes.duplicate().clear());
    }

    private void connect(Address[] servers) throws IOException {
        for (int i = 0; i < links.length(); i++) {
            Link link = links.get(i);
            if (link == null || !link.isOpen() || !servers[i].equals(addresses[i])) {
                disconnect(i);
                links.set(i, transport.connect(servers[i]));
                addresses[i] = servers[i];
            }
        }
    }

    /**
     * Breaks off work of an earlier generation than the one at hand: it may be waiting for a server that is out of reach
     * and was given up. For any thread.
     */
    void endStaleWork(int presentGeneration) {
        if (workGeneration < presentGeneration) {
            for (int i = 0; i < links.length(); i++) {
                Link link = links.get(i);
                if (link != null) {
                    link.close();
                }
            }
        }
    }

    /** Forgets connections and version: the next pull starts anew. */
    void reset() {
        step = NONE;
        for (int i = 0; i < links.length(); i++) {
            disconnect(i);
        }
    }

    private void disconnect(int server) {
        Link link = links.getAndSet(server, null);
        if (link != null) {
            link.close();
        }
    }

    @Override
    public void close() {
        reset();
    }
}
