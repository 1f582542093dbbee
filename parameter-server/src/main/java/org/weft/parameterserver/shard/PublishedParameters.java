package org.weft.parameterserver.shard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Message;

/**
 * Which buckets have which version, and who waits for them. During an update the buckets appear one after the other, so
 * that workers pull the first while the last are still being computed. Safe for use by many threads.
 */
final class PublishedParameters {
    private record Waiter(Message.AwaitParameters request, CompletableFuture<Message> reply) {}

    private final BucketRange range;
    private final int[] checksums;
    private final List<Waiter> waiters = new ArrayList<>();

    private int generation = -1;
    private int version = -1;
    private int end;

    PublishedParameters(BucketRange range) {
        this.range = range;
        this.checksums = new int[range.count()];
        this.end = range.first();
    }

    /** From now on buckets of this version appear; none of it has yet. */
    void begin(int newGeneration, int newVersion) {
        List<Waiter> stale;
        synchronized (this) {
            generation = newGeneration;
            version = newVersion;
            end = range.first();
            stale = take(waiter -> answer(waiter.request()) != null);
        }
        stale.forEach(waiter -> waiter.reply().complete(answer(waiter.request())));
    }

    /** The next bucket of the version at hand is there. */
    void publish(int bucket, int checksum) {
        List<Waiter> satisfied;
        synchronized (this) {
            if (bucket != end) {
                throw new IllegalStateException("published out of order: bucket=" + bucket + " expected=" + end);
            }
            checksums[bucket - range.first()] = checksum;
            end++;
            satisfied = take(waiter -> answer(waiter.request()) != null);
        }
        satisfied.forEach(waiter -> waiter.reply().complete(answer(waiter.request())));
    }

    CompletableFuture<Message> await(Message.AwaitParameters request) {
        synchronized (this) {
            Message answer = answer(request);
            if (answer != null) {
                return CompletableFuture.completedFuture(answer);
            }
            CompletableFuture<Message> reply = new CompletableFuture<>();
            waiters.add(new Waiter(request, reply));
            return reply;
        }
    }

    /** Whether a bucket's bytes are those of this generation and version. */
    synchronized boolean has(int wantedGeneration, int wantedVersion, int bucket) {
        return wantedGeneration == generation && wantedVersion == version && bucket >= range.first() && bucket < end;
    }

    /** Whether all buckets are there and of this version. */
    synchronized boolean isVersion(int wantedVersion) {
        return version == wantedVersion && end == range.end();
    }

    @Override
    public synchronized String toString() {
        return "buckets [" + range.first() + ", " + end + ") of step " + version + " in generation " + generation;
    }

    /** CRC32C of a bucket when it was published; empty where it does not have this version. */
    synchronized OptionalInt checksum(int wantedGeneration, int wantedVersion, int bucket) {
        return has(wantedGeneration, wantedVersion, bucket)
                ? OptionalInt.of(checksums[bucket - range.first()])
                : OptionalInt.empty();
    }

    /** Null while the request has to wait. */
    private synchronized Message answer(Message.AwaitParameters request) {
        if (request.generation() != generation && generation >= 0 || request.step() < version) {
            return new Message.Refused("stale request: generation=" + request.generation() + " step=" + request.step()
                    + " present generation=" + generation + " step=" + version);
        }
        boolean nothingMissing = request.fromBucket() >= range.end();
        if (request.step() > version || (!nothingMissing && request.fromBucket() >= end)) {
            return null;
        }
        int from = Math.min(range.end(), Math.max(range.first(), request.fromBucket()));
        return new Message.ParametersReady(
                end, Arrays.copyOfRange(checksums, from - range.first(), Math.max(from, end) - range.first()));
    }

    private List<Waiter> take(Predicate<Waiter> due) {
        List<Waiter> taken = new ArrayList<>(waiters.stream().filter(due).toList());
        waiters.removeAll(taken);
        return taken;
    }
}
