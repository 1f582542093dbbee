package org.weft.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.LayoutCodec;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.protocol.PulledForm;
import org.weft.core.transport.Transport;
import org.weft.engine.ParameterPages;
import org.weft.engine.Replica;

/**
 * Brings a replica that holds one block at a time what it needs, and has on its way what it will need next. A bucket that a block shares
 * with the next one comes once. What is asked for again comes again.
 *
 * <p>Direct memory: the buckets of a block that is sent for, or {@value #ON_THEIR_WAY} of what is waited for, and four more.
 */
final class StreamedClient extends ServerClient {
    /** Buckets of what is waited for that are on their way beside the one that is landed. */
    private static final int ON_THEIR_WAY = 15;

    /** Elements of the flat vector. */
    private record Range(long offset, long length) {
        boolean meets(Bucket bucket) {
            return offset < bucket.end() && offset + length > bucket.offset();
        }

        boolean has(Bucket bucket) {
            return offset <= bucket.offset() && offset + length >= bucket.end();
        }
    }

    /** A bucket that is there, or on its way. */
    private record Arrival(ByteBuffer bytes, CompletableFuture<Void> arrived) {}

    private final Replica<?> replica;
    private final LayoutCodec codec;
    private final Map<Integer, Arrival> arrivals = new HashMap<>();
    private final Set<Range> wanted = new LinkedHashSet<>();
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private float[] floats = {};
    private Announcement announcement;
    private long pulled;

    /**
     * @param layout as the servers have it
     * @param codec that parameters are pulled in
     */
    StreamedClient(Transport transport, Replica<?> replica, ParameterLayout layout, int servers, LayoutCodec codec) {
        super(transport, layout, servers);
        this.replica = replica;
        this.codec = codec;
    }

    @Override
    void turnTo(int generation, ParameterVersion version) {
        pulled = 0;
        PulledForm form = version.as(codec);
        if (announcement == null || !announcement.isOf(generation, version.step(), form)) {
            announcement = new Announcement(generation, version.step(), links(), partitioner, form);
        }
    }

    /** It holds nothing that is not needed. */
    @Override
    void awaitAll() {
        // Passes wait.
    }

    /** There is no room for it. */
    @Override
    void fetchAhead(ParameterVersion wantedVersion) {
        // It is sent for when it is needed.
    }

    @Override
    long pulledBytes() {
        return pulled;
    }

    @Override
    ParameterPages pages() {
        return new ParameterPages() {
            @Override
            public void soon(long offset, long length) {
                sendFor(new Range(offset, length));
            }

            @Override
            public void need(long offset, long length) {
                if (length > 0) {
                    land(new Range(offset, length));
                }
            }

            @Override
            public void done(long offset, long length) {
                drop(new Range(offset, length));
            }
        };
    }

    private void sendFor(Range range) {
        if (range.length() == 0 || !wanted.add(range)) {
            return;
        }
        for (int i = layout.bucketOf(range.offset()); i < layout.bucketCount(); i++) {
            if (!range.meets(layout.bucket(i))) {
                return;
            }
            arrivals.computeIfAbsent(i, this::pull);
        }
    }

    private Arrival pull(int bucket) {
        int bytes = codec.of(layout.bucket(bucket)).bytes(layout.bucket(bucket).length());
        ByteBuffer whole =
                free.isEmpty() ? ByteBuffer.allocateDirect(layout.longestBucket() * Float.BYTES) : free.pop();
        ByteBuffer landing = whole.slice(0, bytes);
        pulled += bytes;
        CompletableFuture<Void> arrived = announcement.pull(link(bucket), bucket, landing);
        return new Arrival(whole, arrived);
    }

    /**
     * Bucket by bucket, with the next ones on their way; what is the range's alone makes room for them. What it shares with another range
     * stays until it is done, by when the next range has been sent for. Of the range its beginning may have been sent for.
     */
    private void land(Range range) {
        wanted.removeIf(beginning -> beginning.offset() == range.offset());
        wanted.add(range);
        int last = layout.bucketOf(range.offset() + range.length() - 1);
        for (int i = layout.bucketOf(range.offset()); i <= last; i++) {
            for (int next = i; next <= Math.min(last, i + ON_THEIR_WAY); next++) {
                arrivals.computeIfAbsent(next, this::pull);
            }
            Bucket bucket = layout.bucket(i);
            Arrival arrival = arrivals.get(i);
            // What it takes to copy is work, not waiting.
            countedInPass(deadline -> deadline.await(
                    arrival.arrived(), "parameters of step " + announcement.version() + " from the servers"));
            write(range, bucket, arrival.bytes());
            if (range.has(bucket)) {
                free.push(arrivals.remove(i).bytes());
            }
        }
    }

    /** The part of a bucket that is within the range. */
    private void write(Range range, Bucket bucket, ByteBuffer bytes) {
        long from = Math.max(range.offset(), bucket.offset());
        int length = (int) (Math.min(range.offset() + range.length(), bucket.end()) - from);
        int skipped = (int) (from - bucket.offset());
        ByteBuffer window = replica.parameters(from, length).duplicate().clear();
        BucketCodec form = codec.of(bucket);
        if (form == BucketCodec.F32) {
            window.put(bytes.slice(skipped * Float.BYTES, length * Float.BYTES));
        } else {
            floats = floats.length == bucket.length() ? floats : new float[bucket.length()];
            form.decode(bytes.slice(0, form.bytes(bucket.length())), floats, 0);
            window.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(floats, skipped, length);
        }
        replica.parametersWritten(from, length);
    }

    private void drop(Range range) {
        if (!wanted.remove(range)) {
            return;
        }
        for (int i = layout.bucketOf(range.offset()); i < layout.bucketCount(); i++) {
            Bucket bucket = layout.bucket(i);
            if (!range.meets(bucket)) {
                return;
            }
            if (arrivals.containsKey(i) && wanted.stream().noneMatch(other -> other.meets(bucket))) {
                Arrival dropped = arrivals.remove(i);
                if (dropped.arrived().isDone()) { // Into other memory something may still be written.
                    free.push(dropped.bytes());
                }
            }
        }
    }

    /** Memory that something may still be written to is left to the garbage collector. */
    @Override
    void reset() {
        arrivals.clear();
        wanted.clear();
        announcement = null;
        super.reset();
    }
}
