package org.weft.worker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.PulledForm;
import org.weft.core.transport.Link;

/**
 * A version of the parameters, or of another vector of the shards, on its way. All servers send at once, each its buckets from the
 * first to the last: the order in which a forward pass needs them, and in which servers publish them. One server after the other would
 * be nearer to what a pass needs, but then all workers would wait for the same server. Futures complete on network threads.
 */
final class ParameterFetch {
    private final Announcement announcement;
    /** Where buckets arrive. */
    private final ByteBuffer[] into;

    private final List<CompletableFuture<Void>> arrived = new ArrayList<>();
    /** Whether a part of it has failed, and with that all that is still to come. */
    private final CompletableFuture<Void> failed = new CompletableFuture<>();
    /** When nothing is written any more, whether or not it has come; never fails. */
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
        this.announcement = new Announcement(generation, version, links, partitioner, form);
        this.into = into;
        for (int i = 0; i < into.length; i++) {
            arrived.add(new CompletableFuture<>());
        }
        List<CompletableFuture<Void>> pulls = new ArrayList<>();
        for (int i = 0; i < into.length; i++) {
            CompletableFuture<Void> bucket = arrived.get(i);
            pulls.add(announcement
                    .pull(links.get(partitioner.shardOf(i)), i, into[i])
                    .whenComplete((nothing, failure) -> {
                        if (failure == null) {
                            bucket.complete(null);
                        } else {
                            failAll(failure);
                        }
                    }));
        }
        settled =
                CompletableFuture.allOf(pulls.toArray(CompletableFuture[]::new)).exceptionally(failure -> null);
    }

    private void failAll(Throwable failure) {
        failed.complete(null);
        arrived.forEach(bucket -> bucket.completeExceptionally(failure));
    }

    boolean isOf(int wantedGeneration, int wantedVersion, PulledForm form) {
        return announcement.isOf(wantedGeneration, wantedVersion, form) && !failed.isDone();
    }

    int version() {
        return announcement.version();
    }

    /** Whether nothing will be written any more to where it arrives. */
    boolean isSettled() {
        return settled.isDone();
    }

    /** When that is so. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    /** When a bucket is there; fails as soon as any does. */
    CompletableFuture<Void> bucket(int index) {
        return arrived.get(index);
    }

    /** Where it is then. */
    ByteBuffer bytes(int index) {
        return into[index];
    }
}
