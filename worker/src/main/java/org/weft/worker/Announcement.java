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
 * What servers say of a version, or of another vector of the shards at it: which buckets are there, and their checksums, as they
 * appear. Futures complete on network threads.
 */
final class Announcement {
    private final int generation;
    private final int version;
    private final PulledForm form;
    private final List<CompletableFuture<Integer>> checksums = new ArrayList<>();
    private final List<CompletableFuture<Void>> asked = new ArrayList<>();

    /**
     * @param links to each server
     * @param form that checksums are of
     */
    Announcement(int generation, int version, List<Link> links, RangePartitioner partitioner, PulledForm form) {
        this.generation = generation;
        this.version = version;
        this.form = form;
        for (int i = 0; i < partitioner.buckets(); i++) {
            checksums.add(new CompletableFuture<>());
        }
        for (int server = 0; server < links.size(); server++) {
            BucketRange range = partitioner.range(server);
            if (range.count() > 0) {
                asked.add(ask(links.get(server), range, range.first()));
            }
        }
    }

    private CompletableFuture<Void> ask(Link link, BucketRange range, int from) {
        Message.AwaitParameters request =
                new Message.AwaitParameters(generation, version, from, form.part(), form.codec());
        CompletableFuture<Void> said = link.call(request).thenCompose(ready -> {
            for (int bucket = from; bucket < ready.endBucket(); bucket++) {
                checksums.get(bucket).complete(ready.checksums()[bucket - from]);
            }
            return ready.endBucket() < range.end()
                    ? ask(link, range, ready.endBucket())
                    : CompletableFuture.completedFuture(null);
        });
        return said.whenComplete((nothing, failure) -> {
            if (failure != null) {
                checksums.forEach(bucket -> bucket.completeExceptionally(failure));
            }
        });
    }

    boolean isOf(int wantedGeneration, int wantedVersion, PulledForm wantedForm) {
        return generation == wantedGeneration
                && version == wantedVersion
                && form.equals(wantedForm)
                && asked.stream().noneMatch(CompletableFuture::isCompletedExceptionally);
    }

    int version() {
        return version;
    }

    /**
     * Pulls a bucket once it is there.
     *
     * @param link to the server that owns it
     * @param landing where it is to arrive, from its start to its capacity
     * @return fails where it does not come, and where it is not what was announced
     */
    CompletableFuture<Void> pull(Link link, int bucket, ByteBuffer landing) {
        BucketKey key = new BucketKey(generation, version, bucket, form.part(), form.codec());
        return checksums.get(bucket).thenCompose(checksum -> link.pull(
                        key, landing.duplicate().clear())
                .thenAccept(nothing -> {
                    int actual = BucketHeader.checksum(landing);
                    if (actual != checksum) {
                        throw new CompletionException(new IOException("pulled bucket is damaged: " + key + " checksum="
                                + Integer.toHexString(actual) + " expected=" + Integer.toHexString(checksum)));
                    }
                }));
    }
}
