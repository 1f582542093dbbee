package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.core.transport.Transport;
import org.weft.engine.ParameterPages;

/**
 * A worker's way to the servers: a version of the parameters comes down it, and buckets go up. Owned by the worker's thread.
 */
abstract class ServerClient implements AutoCloseable {
    static final int NONE = -1;

    final ParameterLayout layout;
    final RangePartitioner partitioner;
    private final Transport transport;
    /** Replaced by the worker's thread alone; the heartbeat's closes them. */
    private final AtomicReferenceArray<ServerLinks> links;

    private final Address[] addresses;
    private Deadline deadline;
    private long waitedNanos;
    private volatile int workGeneration = NONE;

    ServerClient(Transport transport, ParameterLayout layout, int servers) {
        this.transport = transport;
        this.layout = layout;
        this.partitioner = RangePartitioner.of(layout, servers);
        this.links = new AtomicReferenceArray<>(servers);
        this.addresses = new Address[servers];
    }

    /**
     * Turns to a version of the parameters, which passes then wait for what they need of by {@link #pages}.
     *
     * @param newDeadline of everything that is waited for until the next call
     */
    final void turnTo(int generation, ParameterVersion version, Address[] servers, Deadline newDeadline)
            throws IOException {
        workGeneration = generation;
        deadline = newDeadline;
        waitedNanos = 0;
        connect(servers);
        turnTo(generation, version);
    }

    /** The same, with connections to all servers. */
    abstract void turnTo(int generation, ParameterVersion version) throws IOException;

    /** Waits for what a pass needs, on the worker's thread; what does not come is {@link ParametersMissing}. */
    abstract ParameterPages pages();

    /** Returns when the replica has all of the version that it can hold. */
    abstract void awaitAll() throws IOException;

    /** Says which version will be wanted after the one at hand. */
    abstract void fetchAhead(ParameterVersion wantedVersion);

    /** Bytes received since a version was last turned to, for what was asked of it. */
    abstract long pulledBytes();

    /** How long was waited since then, for what was still to come of it. */
    final long waitedNanos() {
        return waitedNanos;
    }

    /** Something that may wait. */
    @FunctionalInterface
    interface Waiting {
        void run(Deadline deadline) throws IOException;
    }

    /** Counts how long something waits. */
    final void counted(Waiting waiting) throws IOException {
        long start = deadline.threads().nanoTime();
        waiting.run(deadline);
        waitedNanos += deadline.threads().nanoTime() - start;
    }

    /** As {@link #counted}, within a pass. */
    final void countedInPass(Waiting waiting) {
        try {
            counted(waiting);
        } catch (IOException e) {
            throw new ParametersMissing(e);
        }
    }

    /**
     * Sends a bucket, of whichever vector, to the server that owns it.
     *
     * @param bytes what the header speaks of; must stand until acknowledged
     */
    final CompletableFuture<Void> push(int bucket, BucketHeader header, ByteBuffer bytes) {
        return links.get(partitioner.shardOf(bucket))
                .up()
                .push(header, bytes.duplicate().clear());
    }

    /** What is asked of the server that owns a bucket goes here. */
    final Link link(int bucket) {
        return links.get(partitioner.shardOf(bucket)).down();
    }

    /** The same of each server. */
    final List<Link> links() {
        List<Link> present = new ArrayList<>();
        for (int server = 0; server < links.length(); server++) {
            present.add(links.get(server).down());
        }
        return present;
    }

    private void connect(Address[] servers) throws IOException {
        for (int i = 0; i < links.length(); i++) {
            ServerLinks link = links.get(i);
            if (link == null || !link.isOpen() || !servers[i].equals(addresses[i])) {
                disconnect(i);
                links.set(i, ServerLinks.connect(transport, servers[i]));
                addresses[i] = servers[i];
            }
        }
    }

    /**
     * Breaks off work of an earlier generation than the one at hand: it may be waiting for a server that is out of reach
     * and was given up. For any thread.
     */
    final void endStaleWork(int presentGeneration) {
        if (workGeneration < presentGeneration) {
            for (int i = 0; i < links.length(); i++) {
                ServerLinks link = links.get(i);
                if (link != null) {
                    link.close();
                }
            }
        }
    }

    /** Forgets connections and version: the next pull starts anew. */
    void reset() {
        for (int i = 0; i < links.length(); i++) {
            disconnect(i);
        }
    }

    private void disconnect(int server) {
        ServerLinks link = links.getAndSet(server, null);
        if (link != null) {
            link.close();
        }
    }

    @Override
    public void close() {
        reset();
    }
}
