package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PulledForm;
import org.weft.core.transport.Link;

/**
 * A version of the parameters, or of another vector of the shards, on its way. All servers send at once, each its buckets from the first to the last: the order in which
 * a forward pass needs them, and in which servers publish them. One server after the other would be nearer to what a pass needs, but
 * then all workers would wait for the same server. Futures complete on network threads.
 */
final class ParameterFetch {
    private final int generation;
    private final int version;
    private final PulledForm form;
    /** Where buckets arrive. */
    private final ByteBuffer[] into;

    private final List<CompletableFuture<Void>> arrived = new ArrayList<>();
    /** Whether a part of it has failed, and with that all that is still to come. */
    private final CompletableFuture<Void> failed = new CompletableFuture<>();
    /** When nothing is written any more. */
    private final CompletableFuture<Void> settled;

    /**
     * @param links to each server
     * @param form that buckets are pulled in
     * @param into where each bucket is to arrive
     */
    ParameterFetch(
            int generation,
            int version,
            List<Link> links,
            RangePartitioner partitioner,
            PulledForm form,
            ByteBuffer[] into) {
        this.generation = generation;
        this.version = version;
        this.form = form;
        this.into = into;
        for (int i = 0; i < into.length; i++) {
            arrived.add(new CompletableFuture<>());
        }
        List<CompletableFuture<Void>> pulls = new ArrayList<>();
        for (int server = 0; server < links.size(); server++) {
            BucketRange range = partitioner.range(server);
            if (range.count() > 0) {
                pulls.add(pullFrom(links.get(server), range, range.first()));
            }
        }
        settled = CompletableFuture.allOf(pulls.toArray(CompletableFuture[]::new));
    }

    private void failAll(Void nothing, Throwable failure) {
        if (failure != null) {
            failed.complete(null);
            arrived.forEach(bucket -> bucket.completeExceptionally(failure));
        }
    }

    boolean isOf(int wantedGeneration, int wantedVersion) {
        return generation == wantedGeneration && version == wantedVersion && !failed.isDone();
    }

    /** Whether nothing will be written any more to where it arrives. */
    boolean isSettled() {
        return settled.isDone();
    }

    /** When a bucket is there; fails as soon as any does. */
    CompletableFuture<Void> bucket(int index) {
        return arrived.get(index);
    }

    /** Where it is then. */
    ByteBuffer bytes(int index) {
        return into[index];
    }

    /** Pulls buckets as they appear: asks for the next one, receives all that are there, asks again. */
    private CompletableFuture<Void> pullFrom(Link link, BucketRange range, int fromBucket) {
        Message.AwaitParameters request =
                new Message.AwaitParameters(generation, version, fromBucket, form.part(), form.codec());
        CompletableFuture<Void> pulls = link.call(request).thenCompose(ready -> {
            List<CompletableFuture<Void>> received = new ArrayList<>();
            for (int bucket = fromBucket; bucket < ready.endBucket(); bucket++) {
                received.add(pullBucket(link, bucket, ready.checksums()[bucket - fromBucket])
                        .whenComplete(this::failAll));
            }
            if (ready.endBucket() < range.end()) {
                received.add(pullFrom(link, range, ready.endBucket()));
            }
            return CompletableFuture.allOf(received.toArray(CompletableFuture[]::new));
        });
        return pulls.whenComplete(this::failAll);
    }

    private CompletableFuture<Void> pullBucket(Link link, int bucket, int checksum) {
        BucketKey key = new BucketKey(generation, version, bucket, form.part(), form.codec());
        ByteBuffer landing = into[bucket];
        return link.pull(key, landing.duplicate().clear()).thenAccept(nothing -> {
            int actual = BucketHeader.checksum(landing);
            if (actual != checksum) {
                throw new CompletionException(new IOException("pulled bucket is damaged: " + key + " checksum="
                        + Integer.toHexString(actual) + " expected=" + Integer.toHexString(checksum)));
            }
            arrived.get(bucket).complete(null);
        });
    }
}
