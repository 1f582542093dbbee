package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.core.transport.Transport;
import org.weft.engine.Replica;

/**
 * A worker's way to the servers: pulls a version of the parameters straight into the replica's vector, and pushes buckets. The
 * next version may be fetched while the replica computes with the one at hand: it arrives in memory of its own. Owned by the
 * worker's thread.
 */
final class ParameterClient implements AutoCloseable {
    private static final int NONE = -1;

    private final Transport transport;
    private final Replica<?> replica;
    private final ParameterLayout layout;
    private final RangePartitioner partitioner;
    private final BucketCodec codec;
    private final boolean ahead;
    /** The replica's parameters, a window a bucket. */
    private final ByteBuffer[] windows;
    /** Where buckets arrive: in the windows, or beside them. */
    private ByteBuffer[] landings;

    private final long pulledBytes;

    /** Replaced by the worker's thread alone; the heartbeat's closes them. */
    private final AtomicReferenceArray<Link> links;

    private final Address[] addresses;
    private int generation = NONE;
    private int version = NONE;
    private Fetch fetch;
    private volatile int workGeneration = NONE;

    /**
     * @param codec that parameters are pulled in
     * @param ahead whether versions are fetched before they are wanted
     */
    ParameterClient(Transport transport, Replica<?> replica, int servers, BucketCodec codec, boolean ahead) {
        this.codec = codec;
        this.ahead = ahead;
        this.transport = transport;
        this.replica = replica;
        this.layout = replica.layout();
        this.partitioner = new RangePartitioner(layout.bucketCount(), servers);
        this.windows = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < windows.length; i++) {
            Bucket bucket = layout.bucket(i);
            windows[i] = replica.parameters(bucket.offset(), bucket.length());
        }
        this.pulledBytes = codec.bytes(layout);
        this.landings = new ByteBuffer[windows.length];
        this.links = new AtomicReferenceArray<>(servers);
        this.addresses = new Address[servers];
    }

    /**
     * Brings the replica to a version of the parameters; nothing to do where it has it.
     *
     * @return bytes received for it
     */
    long pull(int wantedGeneration, int wantedVersion, Address[] servers, Deadline deadline) throws IOException {
        workGeneration = wantedGeneration;
        connect(servers);
        if (generation == wantedGeneration && version == wantedVersion) {
            return 0;
        }
        version = NONE;
        fetch(wantedGeneration, wantedVersion);
        deadline.await(fetch.arrived, "parameters of step " + wantedVersion + " from the servers");
        for (int i = 0; i < windows.length; i++) {
            codec.land(landings[i], windows[i]);
        }
        fetch = null;
        replica.parametersWritten(0, layout.size());
        generation = wantedGeneration;
        version = wantedVersion;
        return pulledBytes;
    }

    /** Begins to fetch what will be wanted after the version at hand, unless that is the same. */
    void fetchAhead(int nextVersion) {
        if (ahead && nextVersion != version) {
            fetch(generation, nextVersion);
        }
    }

    private void fetch(int wantedGeneration, int wantedVersion) {
        if (fetch != null && fetch.isOf(wantedGeneration, wantedVersion)) {
            return;
        }
        if (fetch != null && !fetch.settled.isDone()) {
            landings = new ByteBuffer[windows.length]; // Into the others something may still be written.
        }
        for (int i = 0; i < windows.length; i++) {
            landings[i] = landing(i);
        }
        fetch = new Fetch(wantedGeneration, wantedVersion, landings);
    }

    private ByteBuffer landing(int bucket) {
        if (codec == BucketCodec.F32 && !ahead) {
            return windows[bucket];
        }
        ByteBuffer before = landings[bucket];
        int bytes = codec.bytes(layout.bucket(bucket).length());
        return before != null ? before : ByteBuffer.allocateDirect(bytes);
    }

    /** A version on its way. */
    private final class Fetch {
        private final int ofGeneration;
        private final int ofVersion;
        private final ByteBuffer[] into;
        /** Fails as soon as a part does. */
        private final CompletableFuture<Void> arrived = new CompletableFuture<>();
        /** When nothing is written any more. */
        private final CompletableFuture<Void> settled;

        @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes are in "arrived".
        Fetch(int ofGeneration, int ofVersion, ByteBuffer[] into) {
            this.ofGeneration = ofGeneration;
            this.ofVersion = ofVersion;
            this.into = into;
            List<CompletableFuture<Void>> pulls = new ArrayList<>();
            for (int server = 0; server < links.length(); server++) {
                BucketRange range = partitioner.range(server);
                if (range.count() > 0) {
                    pulls.add(pullFrom(links.get(server), range, range.first()));
                }
            }
            pulls.forEach(pull -> pull.exceptionally(failure -> {
                arrived.completeExceptionally(failure);
                return null;
            }));
            this.settled = CompletableFuture.allOf(pulls.toArray(CompletableFuture[]::new));
            settled.thenRun(() -> arrived.complete(null));
        }

        boolean isOf(int wantedGeneration, int wantedVersion) {
            return ofGeneration == wantedGeneration
                    && ofVersion == wantedVersion
                    && !arrived.isCompletedExceptionally();
        }

        /** Pulls buckets as they appear: asks for the next one, receives all that are there, asks again. */
        private CompletableFuture<Void> pullFrom(Link link, BucketRange range, int fromBucket) {
            Message.AwaitParameters request =
                    new Message.AwaitParameters(ofGeneration, ofVersion, fromBucket, codec.name());
            return link.call(request).thenCompose(ready -> {
                List<CompletableFuture<Void>> received = new ArrayList<>();
                for (int bucket = fromBucket; bucket < ready.endBucket(); bucket++) {
                    received.add(pullBucket(link, bucket, ready.checksums()[bucket - fromBucket]));
                }
                if (ready.endBucket() < range.end()) {
                    received.add(pullFrom(link, range, ready.endBucket()));
                }
                return CompletableFuture.allOf(received.toArray(CompletableFuture[]::new));
            });
        }

        private CompletableFuture<Void> pullBucket(Link link, int bucket, int checksum) {
            BucketKey key = new BucketKey(ofGeneration, ofVersion, bucket, StateVector.PARAM, codec.name());
            ByteBuffer landing = into[bucket];
            return link.pull(key, landing.duplicate().clear()).thenAccept(nothing -> {
                int actual = BucketHeader.checksum(landing);
                if (actual != checksum) {
                    throw new CompletionException(new IOException("pulled bucket is damaged: " + key + " checksum="
                            + Integer.toHexString(actual) + " expected=" + Integer.toHexString(checksum)));
                }
            });
        }
    }

    /**
     * Sends a bucket to the server that owns it.
     *
     * @param bytes what the header speaks of; must stand until acknowledged
     */
    CompletableFuture<Void> push(BucketHeader header, ByteBuffer bytes) {
        return links.get(partitioner.shardOf(header.bucket()))
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
        version = NONE;
        fetch = null;
        landings = new ByteBuffer[windows.length];
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
