package org.weft.parameterserver.shard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.weft.core.optim.StateVector;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PulledForm;

/**
 * Which buckets have which version, and who waits for them: a ring of versions, the newest in the place of the oldest. Of one before the
 * newest there is what lasts ({@link KeptVersions#lasting}) alone.
 * During an update the buckets of the newest appear one after the other, so that workers pull the first while the last
 * are still being computed. Safe for use by many threads.
 */
final class PublishedParameters {
    private record Waiter(Message.AwaitParameters request, CompletableFuture<Message> reply) {}

    private final BucketRange range;
    private final KeptVersions versions;
    private final List<PulledForm> forms;
    /** By version modulo their number. */
    private final Version[] ring;

    private final List<Waiter> waiters = new ArrayList<>();

    private int generation = -1;
    private int newest = -1;

    /**
     * @param forms that buckets may be pulled in
     */
    PublishedParameters(BucketRange range, KeptVersions versions, List<PulledForm> forms) {
        this.range = range;
        this.versions = versions;
        this.forms = forms;
        this.ring = new Version[versions.count()];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = new Version(new int[forms.size()][range.count()], range.first());
        }
    }

    /** What is there of one version. Guarded by the ring's owner. */
    private static final class Version {
        private final int[][] checksums; // by form and bucket
        private int number = -1;
        private int end;
        /** Whether it is the newest, of which there is everything. */
        private boolean whole;

        Version(int[][] checksums, int end) {
            this.checksums = checksums;
            this.end = end;
        }
    }

    private Version at(int version) {
        return ring[Math.floorMod(version, ring.length)];
    }

    /**
     * From now on buckets of this version appear; none of it has yet. Of earlier versions stays what lasts, as far as the ring goes,
     * unless a generation begins.
     */
    void begin(int newGeneration, int newVersion) {
        begin(newGeneration, newVersion, true);
    }

    /** The same of a version before the newest, which is to follow. */
    void beginPrevious(int newGeneration, int newVersion) {
        begin(newGeneration, newVersion, false);
    }

    private void begin(int newGeneration, int newVersion, boolean whole) {
        List<Waiter> stale;
        synchronized (this) {
            if (newGeneration != generation || newVersion <= newest) {
                for (Version version : ring) {
                    version.number = -1;
                }
            }
            for (Version version : ring) {
                version.whole = false;
            }
            generation = newGeneration;
            newest = newVersion;
            at(newVersion).whole = whole;
            at(newVersion).number = newVersion;
            at(newVersion).end = range.first();
            stale = take(waiter -> answer(waiter.request()) != null);
        }
        stale.forEach(waiter -> waiter.reply().complete(answer(waiter.request())));
    }

    /**
     * The next bucket of the newest version is there.
     *
     * @param checksums CRC32C of its bytes in each form
     */
    void publish(int bucket, int... checksums) {
        List<Waiter> satisfied;
        synchronized (this) {
            Version version = at(newest);
            if (bucket != version.end) {
                throw new IllegalStateException(
                        "published out of order: bucket=" + bucket + " expected=" + version.end);
            }
            for (int form = 0; form < version.checksums.length; form++) {
                version.checksums[form][bucket - range.first()] = checksums[form];
            }
            version.end++;
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

    /** Whether a bucket's bytes are those of this generation and version. What nobody pulls while training goes on is there with the newest. */
    synchronized boolean has(BucketKey key) {
        Version version = at(key.step());
        boolean pulled = forms.stream().anyMatch(form -> form.part() == key.part());
        return key.generation() == generation
                && key.step() == version.number
                && (pulled ? isOffered(version, key.part()) : isVersion(key.step()))
                && key.bucket() >= range.first()
                && key.bucket() < version.end;
    }

    private boolean isOffered(Version version, StateVector part) {
        return version.whole || part == versions.lasting();
    }

    /** Whether all buckets of the newest version are there, and it is this one. */
    synchronized boolean isVersion(int wantedVersion) {
        return newest == wantedVersion && at(newest).end == range.end();
    }

    @Override
    public synchronized String toString() {
        return "buckets [" + range.first() + ", " + at(newest).end + ") of step " + newest + " in generation "
                + generation;
    }

    /** CRC32C of a bucket in the first form when it was published; empty where it does not have this version. */
    synchronized OptionalInt checksum(BucketKey parameters) {
        return has(parameters)
                ? OptionalInt.of(at(parameters.step()).checksums[0][parameters.bucket() - range.first()])
                : OptionalInt.empty();
    }

    /** Null while the request has to wait. */
    private synchronized Message answer(Message.AwaitParameters request) {
        Version version = at(request.step());
        boolean there = request.step() == version.number && isOffered(version, request.part());
        boolean gone = request.step() <= newest && !there;
        if (request.generation() != generation && generation >= 0 || gone) {
            return new Message.Refused("stale request: generation=" + request.generation() + " step=" + request.step()
                    + " present generation=" + generation + " step=" + newest);
        }
        PulledForm wanted = new PulledForm(request.part(), request.codec());
        int form = forms.indexOf(wanted);
        if (form < 0) {
            String known = forms.stream().map(PulledForm::toString).collect(Collectors.joining(" and "));
            return new Message.Refused("not to be had: " + wanted + ", but " + known);
        }
        boolean nothingMissing = request.fromBucket() >= range.end();
        if (request.step() > newest || (!nothingMissing && request.fromBucket() >= version.end)) {
            return null;
        }
        int from = Math.min(range.end(), Math.max(range.first(), request.fromBucket()));
        return new Message.ParametersReady(
                version.end,
                Arrays.copyOfRange(
                        version.checksums[form], from - range.first(), Math.max(from, version.end) - range.first()));
    }

    private List<Waiter> take(Predicate<Waiter> due) {
        List<Waiter> taken = new ArrayList<>(waiters.stream().filter(due).toList());
        waiters.removeAll(taken);
        return taken;
    }
}
