package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.LayoutCodec;
import org.weft.core.protocol.PulledForm;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.core.transport.Transport;
import org.weft.engine.ParameterPages;
import org.weft.engine.Replica;

/**
 * A worker's way to the servers: pulls a version of the parameters straight into the replica's vector, with it the means that lanes'
 * optimizers begin a round with where they are kept, and pushes buckets. A pass that says what it needs begins while later buckets are still on their way. The
 * next version may be fetched while the replica computes with the one at hand: it arrives in memory of its own. Owned by the
 * worker's thread.
 */
final class ParameterClient implements AutoCloseable {
    private static final int NONE = -1;

    private final Transport transport;
    private final Replica<?> replica;
    private final InnerState inner;
    private final ParameterLayout layout;
    private final RangePartitioner partitioner;
    private final LayoutCodec codec;
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
    /** Of what is still to land of the version at hand, or of one after it; null where nothing is on its way. */
    private ParameterFetch fetch;
    /** Of what comes with it, in the order of {@link InnerState#kept}. */
    private List<ParameterFetch> besideFetch = List.of();
    /** Buckets of the version at hand that the replica does not have yet. */
    private final BitSet missing = new BitSet();
    /** What is to be fetched after that. */
    private int nextVersion = NONE;

    private Deadline deadline;
    private long waitedNanos;
    private volatile int workGeneration = NONE;

    /**
     * @param codec that parameters are pulled in
     * @param ahead whether versions are fetched before they are wanted
     */
    ParameterClient(
            Transport transport, Replica<?> replica, InnerState inner, int servers, LayoutCodec codec, boolean ahead) {
        this.inner = inner;
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
        this.pulledBytes = codec.bytes(layout) + inner.kept().size() * BucketCodec.F32.bytes(layout);
        this.landings = new ByteBuffer[windows.length];
        this.links = new AtomicReferenceArray<>(servers);
        this.addresses = new Address[servers];
    }

    /**
     * Turns to a version of the parameters; nothing to do where it is the one at hand. It is on its way then: passes wait for what
     * they need of it by {@link #pages}, and {@link #awaitAll} for all of it.
     *
     * @param newDeadline of everything that is waited for until the next call
     * @return bytes received for it
     */
    long turnTo(int wantedGeneration, int wantedVersion, Address[] servers, Deadline newDeadline) throws IOException {
        workGeneration = wantedGeneration;
        deadline = newDeadline;
        waitedNanos = 0;
        connect(servers);
        if (generation == wantedGeneration && version == wantedVersion) {
            return 0;
        }
        fetch(wantedGeneration, wantedVersion);
        generation = wantedGeneration;
        version = wantedVersion;
        nextVersion = NONE;
        missing.set(0, windows.length);
        return pulledBytes;
    }

    /** Returns when the replica has the whole version. */
    void awaitAll() throws IOException {
        await(0, windows.length);
    }

    /** How long passes and others have waited since the last version was turned to, for what was still to come of it. */
    long waitedNanos() {
        return waitedNanos;
    }

    /** Waits for what a pass needs, on the worker's thread; what does not come is {@link ParametersMissing}. */
    ParameterPages pages() {
        return new ParameterPages() {
            @Override
            public void need(long offset, long length) {
                if (length == 0 || missing.isEmpty()) {
                    return;
                }
                try {
                    await(layout.bucketOf(offset), layout.bucketOf(offset + length - 1) + 1);
                } catch (IOException e) {
                    throw new ParametersMissing(e);
                }
            }

            @Override
            public void done(long offset, long length) {
                // It stays.
            }
        };
    }

    private void await(int first, int end) throws IOException {
        if (missing.isEmpty()) {
            return;
        }
        long start = deadline.threads().nanoTime();
        for (int i = missing.nextSetBit(first); i >= 0 && i < end; i = missing.nextSetBit(i + 1)) {
            deadline.await(fetch.bucket(i), "parameters of step " + version + " from the servers");
            for (ParameterFetch beside : besideFetch) {
                deadline.await(beside.bucket(i), "what is kept of lanes at step " + version + " from the servers");
            }
            Bucket bucket = layout.bucket(i);
            codec.of(bucket).land(fetch.bytes(i), windows[i]);
            replica.parametersWritten(bucket.offset(), bucket.length());
            missing.clear(i);
        }
        waitedNanos += deadline.threads().nanoTime() - start;
        if (missing.isEmpty()) {
            fetch = null;
            besideFetch = List.of();
            if (nextVersion != NONE) {
                fetch(generation, nextVersion);
            }
        }
    }

    /**
     * Begins to fetch what will be wanted after the version at hand, unless that is the same, as soon as that is there.
     */
    void fetchAhead(int wantedVersion) {
        if (!ahead || wantedVersion == version) {
            return;
        }
        nextVersion = wantedVersion;
        if (missing.isEmpty()) {
            fetch(generation, nextVersion);
        }
    }

    private void fetch(int wantedGeneration, int wantedVersion) {
        if (fetch != null && fetch.isOf(wantedGeneration, wantedVersion)) {
            return;
        }
        if (fetch != null && !fetch.isSettled()) {
            landings = new ByteBuffer[windows.length]; // Into the others something may still be written.
        }
        for (int i = 0; i < windows.length; i++) {
            landings[i] = landing(i);
        }
        List<Link> present = new ArrayList<>();
        for (int server = 0; server < links.length(); server++) {
            present.add(links.get(server));
        }
        PulledForm parameters = new PulledForm(StateVector.PARAM, codec.name());
        fetch = new ParameterFetch(wantedGeneration, wantedVersion, present, partitioner, parameters, landings.clone());
        besideFetch = new ArrayList<>();
        for (int vector = 0; vector < inner.kept().size(); vector++) {
            PulledForm mean = PulledForm.plain(inner.kept().get(vector));
            besideFetch.add(new ParameterFetch(
                    wantedGeneration, wantedVersion, present, partitioner, mean, inner.means(vector)));
        }
    }

    private ByteBuffer landing(int bucket) {
        BucketCodec form = codec.of(layout.bucket(bucket));
        if (form == BucketCodec.F32 && !ahead) {
            return windows[bucket];
        }
        ByteBuffer before = landings[bucket];
        int bytes = form.bytes(layout.bucket(bucket).length());
        return before != null ? before : ByteBuffer.allocateDirect(bytes);
    }

    /**
     * Sends a bucket, of whichever vector, to the server that owns it.
     *
     * @param bytes what the header speaks of; must stand until acknowledged
     */
    CompletableFuture<Void> push(int bucket, BucketHeader header, ByteBuffer bytes) {
        return links.get(partitioner.shardOf(bucket))
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
        nextVersion = NONE;
        missing.clear();
        fetch = null;
        besideFetch = List.of();
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
