package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.weft.core.params.Bucket;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.LayoutCodec;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.protocol.PulledForm;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Transport;
import org.weft.engine.ParameterPages;
import org.weft.engine.Replica;

/**
 * Brings a whole version of the parameters straight into the replica's vector, and with it the means that lanes' optimizers begin a
 * round with, where they are kept. A pass that says what it needs begins while later buckets are still on their way. The next version
 * may be fetched while the replica computes with the one at hand: it arrives in memory of its own.
 */
final class ParameterClient extends ServerClient {
    private final Replica<?> replica;
    private final InnerState inner;
    private final LayoutCodec codec;
    private final boolean ahead;
    /** The replica's parameters, a window a bucket. */
    private final ByteBuffer[] windows;
    /** Where buckets arrive: in the windows, or beside them. */
    private ByteBuffer[] landings;

    private int generation = NONE;
    /** Null where there is none. */
    private ParameterVersion version;
    /** Of what is still to land of the version at hand, or of one after it; null where nothing is on its way. */
    private ParameterFetch fetch;
    /** Of what comes with it, in the order of {@link InnerState#kept}. */
    private List<ParameterFetch> besideFetch = List.of();
    /** Buckets of the version at hand that the replica does not have yet. */
    private final BitSet missing = new BitSet();
    /** What is to be fetched after that; null for nothing. */
    private ParameterVersion nextVersion;

    private long pulled;

    /**
     * @param codec that parameters are pulled in
     * @param ahead whether versions are fetched before they are wanted
     */
    ParameterClient(
            Transport transport, Replica<?> replica, InnerState inner, int servers, LayoutCodec codec, boolean ahead) {
        super(transport, inner.pushes().layout(), servers);
        this.inner = inner;
        this.codec = codec;
        this.ahead = ahead;
        this.replica = replica;
        this.windows = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < windows.length; i++) {
            Bucket bucket = layout.bucket(i);
            windows[i] = replica.parameters(bucket.offset(), bucket.length());
        }
        this.landings = new ByteBuffer[windows.length];
    }

    /**
     * Nothing to do where it is the one at hand; else all of it is on its way then. Where something else of that version was fetched ahead,
     * as before an evaluation, it has to arrive first: there is memory for one. A later version may need what is computed now.
     */
    @Override
    void turnTo(int wantedGeneration, ParameterVersion wantedVersion) throws IOException {
        pulled = 0;
        if (generation == wantedGeneration && wantedVersion.equals(version)) {
            return;
        }
        ParameterFetch other = fetch;
        if (other != null
                && generation == wantedGeneration
                && other.version() <= wantedVersion.step()
                && !other.isOf(wantedGeneration, wantedVersion.step(), wantedVersion.as(codec))) {
            counted(deadline -> deadline.await(other.settled(), "what was fetched ahead from the servers"));
        }
        fetch(wantedGeneration, wantedVersion);
        generation = wantedGeneration;
        version = wantedVersion;
        nextVersion = null;
        missing.set(0, windows.length);
        pulled = codec.bytes(layout) + inner.pulledWith(version.step()).size() * BucketCodec.F32.bytes(layout);
    }

    @Override
    void awaitAll() throws IOException {
        if (!missing.isEmpty()) {
            counted(deadline -> await(0, windows.length, deadline));
        }
    }

    @Override
    long pulledBytes() {
        return pulled;
    }

    @Override
    ParameterPages pages() {
        return new ParameterPages() {
            @Override
            public void need(long offset, long length) {
                if (length > 0 && !missing.isEmpty()) {
                    int end = layout.bucketOf(offset + length - 1) + 1;
                    countedInPass(deadline -> await(layout.bucketOf(offset), end, deadline));
                }
            }

            @Override
            public void done(long offset, long length) {
                // It stays.
            }
        };
    }

    private void await(int first, int end, Deadline deadline) throws IOException {
        for (int i = missing.nextSetBit(first); i >= 0 && i < end; i = missing.nextSetBit(i + 1)) {
            deadline.await(fetch.bucket(i), "parameters of step " + version.step() + " from the servers");
            for (ParameterFetch beside : besideFetch) {
                deadline.await(
                        beside.bucket(i), "what is kept of lanes at step " + version.step() + " from the servers");
            }
            Bucket bucket = layout.bucket(i);
            codec.of(bucket).land(fetch.bytes(i), windows[i]);
            replica.parametersWritten(bucket.offset(), bucket.length());
            missing.clear(i);
        }
        if (missing.isEmpty()) {
            fetch = null;
            besideFetch = List.of();
            if (nextVersion != null) {
                fetch(generation, nextVersion);
            }
        }
    }

    /**
     * Begins to fetch what will be wanted after the version at hand, unless that is the same, as soon as that is there.
     */
    @Override
    void fetchAhead(ParameterVersion wantedVersion) {
        if (!ahead || wantedVersion.equals(version)) {
            return;
        }
        nextVersion = wantedVersion;
        if (missing.isEmpty()) {
            fetch(generation, nextVersion);
        }
    }

    private void fetch(int wantedGeneration, ParameterVersion wanted) {
        PulledForm parameters = wanted.as(codec);
        if (fetch != null && fetch.isOf(wantedGeneration, wanted.step(), parameters)) {
            return;
        }
        if (fetch != null && !fetch.isSettled()) {
            landings = new ByteBuffer[windows.length]; // Into the others something may still be written.
        }
        for (int i = 0; i < windows.length; i++) {
            landings[i] = landing(i);
        }
        fetch = new ParameterFetch(wantedGeneration, wanted.step(), links(), partitioner, parameters, landings.clone());
        besideFetch = new ArrayList<>();
        for (int vector = 0; vector < inner.pulledWith(wanted.step()).size(); vector++) {
            PulledForm mean = PulledForm.plain(inner.kept().get(vector));
            besideFetch.add(new ParameterFetch(
                    wantedGeneration, wanted.step(), links(), partitioner, mean, inner.means(vector)));
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

    @Override
    void reset() {
        version = null;
        nextVersion = null;
        missing.clear();
        fetch = null;
        besideFetch = List.of();
        landings = new ByteBuffer[windows.length];
        super.reset();
    }
}
